import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { CountsReporter } from './vitest.counts-reporter.js'

// Vitest hands these to Node as well: `import` among them would make `require()` load ES modules.
const conditions = ['@disredis/source', 'node', 'default']

// npm names the script that runs ("test:unit"); a plain `npx vitest` is none of them.
const script = process.env.npm_lifecycle_event ?? ''
const isCounted = /^(test|chaos|bench):/.test(script)
const countsFile = `.vitest/${script.replace(':', '-')}.json`

/** What every package's tests share: workspace packages are read from source, no build needed. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    // Unit tests share no state that outlives a file; a module graph for each file is half of their time.
    isolate: script !== 'test:unit',
    // Tests on real servers mostly wait: three files at a time pay off even on two cores.
    maxWorkers: Math.max(script === 'test:server' ? 3 : 2, availableParallelism() - 1),
    setupFiles: [fileURLToPath(new URL('./vitest.leak-check.ts', import.meta.url))],
    reporters: isCounted ? ['default', new CountsReporter(countsFile)] : ['default'],
    // On demand: `npm run coverage`, or `--coverage` in a package.
    coverage: { include: ['src/**'], exclude: ['**/*.test.ts'], reporter: ['text', 'html'] },
    // Real servers on a machine that may have two busy cores: the limit catches a hang, not slowness.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
