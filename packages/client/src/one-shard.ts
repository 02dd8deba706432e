import type { RoutedCommand } from './commands/routed-command.js'
import { CrossShardError, NotRoutableError } from './errors.js'
import type { Router } from './router.js'
import type { Shard } from './shard/shard.js'

/**
 * The shard that all keys of these commands live on.
 *
 * @throws CrossShardError, NotRoutableError
 */
export function oneShard(router: Router, commands: readonly RoutedCommand[], what: string): Shard {
  const names = new Set<string>()
  for (const command of commands) {
    for (const key of command.getKeys()) names.add(router.ring.locate(key))
  }
  const [name] = names
  if (name === undefined) {
    throw new NotRoutableError(
      `The ${what} has no key that says which shard it is for; use shard(name) to say it.`,
    )
  }
  if (names.size === 1) return router.shard(name)!
  throw new CrossShardError(
    `The keys of the ${what} live on different shards (${[...names].sort().join(', ')}). Keys that are used ` +
      'together need the same hash tag, for example {user:1}:a and {user:1}:b.',
  )
}
