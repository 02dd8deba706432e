import { findViolations } from './layers/violations.mjs'
import { root } from './root.mjs'

const violations = findViolations(root)
for (const violation of violations) console.error(violation)
if (violations.length > 0) process.exitCode = 1
