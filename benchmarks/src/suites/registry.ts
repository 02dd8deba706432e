import { cache } from './cache.js'
import type { Suite } from './case.js'
import { firstCommand } from './first-command.js'
import { memory } from './memory.js'
import { multiKey } from './multi-key.js'
import { pipeline } from './pipeline.js'
import { ring } from './ring.js'
import { session } from './session.js'
import { shards } from './shards.js'
import { throughput } from './throughput.js'

/** Every suite, in the order of a whole run. */
export const suites: readonly Suite[] = [
  throughput,
  multiKey,
  pipeline,
  cache,
  session,
  firstCommand,
  shards,
  memory,
  ring,
]
