import { defineConfig } from 'vitest/config'
import shared from '../../vitest.shared.js'

// vitest hands these to Node as well, where `import` would make `require()` load ES modules: Express 5
// cannot bear that (its `is-promise` is another thing to `require` than to `import`).
const conditions = ['@disredis/source', 'node', 'default']

export default defineConfig({ ...shared, ssr: { resolve: { conditions } } })
