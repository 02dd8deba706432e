import { dataCommands } from './data-commands.js'
import type { Keyspace } from './keyspace.js'
import type { WriteRecord } from './write-history.js'

/** Does to a replica's data what its master did. */
export function applyRecord(keys: Keyspace, { commands, at }: WriteRecord): void {
  for (const args of commands) {
    dataCommands.get(args[0]!)!.run(args, { keys, now: at, changed: () => {} })
  }
}
