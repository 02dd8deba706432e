import { defineConfig } from 'vitest/config'

/** What every package's tests share: workspace packages are read from source, no build needed. */
export default defineConfig({
  resolve: { conditions: ['@disredis/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@disredis/source', 'node', 'import', 'default'] } },
  test: {
    pool: 'forks',
    // Real servers on a machine that may have two busy cores: the limit catches a hang, not slowness.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
