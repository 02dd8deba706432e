import type { HashRing } from '@disredis/hash-ring'
import type { RoutedCommand } from './commands/routed-command.js'
import { CrossShardError, NotRoutableError } from './errors.js'
import type { Shard } from './shard/shard.js'

/** Sends each command to the shard of its keys. The set of shards never changes. */
export class Router {
  readonly ring: HashRing
  /** In the order of the ring's names. */
  readonly shards: readonly Shard[]

  constructor(ring: HashRing, shard: (name: string) => Shard) {
    this.ring = ring
    this.shards = ring.names.map(shard)
  }

  shard(name: string): Shard | undefined {
    return this.shards[this.ring.names.indexOf(name)]
  }

  /** Settles the command with a typed error if no single shard is the right one. */
  route(command: RoutedCommand): void {
    const { keyIndex, isBlocking } = command.info
    if (keyIndex >= 0 && keyIndex < command.args.length && !isBlocking) {
      this.#shardOf(command.args[keyIndex] as string | Buffer).send(command)
      return
    }
    this.#routeByKeys(command)
  }

  #shardOf(key: string | Buffer): Shard {
    return this.shards[this.ring.indexOf(key)]!
  }

  #routeByKeys(command: RoutedCommand): void {
    const { name, isBlocking } = command.info
    const keys = command.getKeys()
    const [first] = keys
    if (first === undefined || isBlocking) {
      command.fail(
        new NotRoutableError(
          isBlocking
            ? `${name} would block every other command of its shard; use a connection of its own.`
            : `${name} has no key that says which shard it is for; send it to one master with shard(name).${name}(...).`,
        ),
      )
      return
    }
    const shard = this.#shardOf(first)
    const names = new Set(keys.map((key) => this.#shardOf(key).name))
    if (names.size === 1) {
      shard.send(command)
      return
    }
    command.fail(
      new CrossShardError(
        `The keys of ${name} live on different shards (${[...names].sort().join(', ')}). Keys that are used ` +
          'together need the same hash tag, for example {user:1}:a and {user:1}:b.',
      ),
    )
  }
}
