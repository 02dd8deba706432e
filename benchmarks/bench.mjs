import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

// The contenders run in processes of their own, which cannot read TypeScript: build first.
const turbo = createRequire(import.meta.url).resolve('turbo/bin/turbo')
const build = spawnSync(
  process.execPath,
  [
    turbo,
    'run',
    'build',
    '--filter=@disredis/benchmarks',
    '--output-logs=errors-only',
    '--no-color',
  ],
  { cwd: import.meta.dirname, encoding: 'utf8' },
)
if (build.status !== 0) {
  process.stderr.write(`The build failed.\n${build.stdout}${build.stderr}`)
  process.exit(1)
}

await import('./dist/cli/bin.js')
