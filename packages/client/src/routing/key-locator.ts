import { type HashRing, hashTag } from '@disredis/hash-ring'
import { externalPatterns } from '../catalog/external-patterns.js'
import type { Command } from '../commands/command.js'
import { NotRoutableError } from '../errors.js'
import type { RouteTarget } from './route-target.js'
import {
  crossShardError,
  foreignKeyError,
  foreignPatternError,
  notRoutableError,
} from './routing-errors.js'

/** Which shard the keys of commands live on. */
export class KeyLocator<Target extends Pick<RouteTarget, 'name'>> {
  readonly #ring: HashRing
  readonly #shards: readonly Target[]

  /** @param shards in the order of the ring's names */
  constructor(ring: HashRing, shards: readonly Target[]) {
    this.#ring = ring
    this.#shards = shards
  }

  /** The slots of a command's keys. */
  slotsOf({ info, args }: Command): number[] {
    return info.findKeys(args).map((i) => this.#ring.slotOf(args[i] as string | Buffer))
  }

  /**
   * The one shard that the keys of these commands live on, or the only one that there is.
   *
   * @param what names the commands in an error: `sinter`, `the transaction`
   * @throws CrossShardError, NotRoutableError
   */
  locate(commands: readonly Command[], what: string): Target {
    const shard = this.#onlyShard(commands, what)
    if (shard !== undefined) return shard
    if (this.#shards.length === 1) return this.#shards[0]!
    throw commands.length === 1
      ? notRoutableError(commands[0]!)
      : new NotRoutableError(
          `No key of ${what} says which shard it is for. Choose one with shard(name).`,
        )
  }

  /**
   * Commands without a key may go anywhere.
   *
   * @throws CrossShardError if a key lives elsewhere
   */
  check(commands: readonly Command[], shard: Target, what: string): void {
    const its = this.#onlyShard(commands, what)
    if (its !== undefined && its !== shard) throw foreignKeyError(what, its.name, shard.name)
  }

  #onlyShard(commands: readonly Command[], what: string): Target | undefined {
    let shard: Target | undefined
    let isOne = true
    for (const command of commands) {
      for (const key of keysOf(command)) {
        const its = this.#shardOf(key)
        shard ??= its
        isOne &&= its === shard
      }
    }
    if (shard === undefined) return undefined
    if (!isOne) {
      const keys = commands.flatMap(keysOf)
      throw crossShardError(
        what,
        keys.map((key) => this.#shardOf(key).name),
      )
    }
    for (const command of commands) this.#checkPatterns(command, shard)
    return shard
  }

  #shardOf(key: string | Buffer): Target {
    return this.#shards[this.#ring.indexOf(key)]!
  }

  #checkPatterns(command: Command, shard: Target): void {
    if (!command.info.readsPatterns || this.#shards.length === 1) return
    for (const pattern of externalPatterns(command.args)) {
      const tag = hashTag(pattern).toString()
      if (tag.includes('*') || this.#shardOf(pattern) !== shard) {
        throw foreignPatternError(command.info, shard.name)
      }
    }
  }
}

/**
 * As they stand in the arguments: with their prefix. A channel is one as well: who has subscribed to it
 * hears what is published on its shard.
 */
function keysOf({ info, args }: Command): (string | Buffer)[] {
  if (info.route.to === 'channel') return args.slice(0, 1) as (string | Buffer)[]
  return info.findKeys(args).map((i) => args[i] as string | Buffer)
}
