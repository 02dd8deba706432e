import type { Shard } from '../shard/shard.js'
import { BlockingLanes } from './blocking-lanes.js'

/**
 * Further connections to the shards, for commands that wait on the server: they would delay all others.
 * A lane is a shard of its own, which follows the same failovers by the same rules.
 */
export class ShardLanes implements Iterable<Shard> {
  /** For commands that block until there is something (BLPOP). */
  readonly blocking: BlockingLanes
  readonly #makeLane: (name: string, longestWait: number) => Shard
  readonly #lanes = new Set<Shard>()
  readonly #waiting = new Map<string, Shard>()

  /** @param makeLane makes and starts one that is silent for no longer than that many ms by nature */
  constructor(makeLane: (name: string, longestWait: number) => Shard) {
    this.#makeLane = makeLane
    this.blocking = new BlockingLanes(
      (name) => this.#open(name, Number.POSITIVE_INFINITY),
      (lane) => this.#close(lane),
    )
  }

  /** The lane for commands that wait for `timeout` ms at most (WAIT); made when it is first needed. */
  waiting(name: string, { timeout }: { readonly timeout: number }): Shard {
    const key = `${name} ${timeout}`
    const known = this.#waiting.get(key)
    if (known !== undefined) return known
    const lane = this.#open(name, timeout)
    this.#waiting.set(key, lane)
    return lane
  }

  [Symbol.iterator](): Iterator<Shard> {
    return this.#lanes.values()
  }

  #open(name: string, longestWait: number): Shard {
    const lane = this.#makeLane(name, longestWait)
    this.#lanes.add(lane)
    return lane
  }

  #close(lane: Shard): void {
    this.#lanes.delete(lane)
    lane.close()
  }
}
