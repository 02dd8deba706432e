import type { Runtime } from '@disredis/connection'
import type { Shard } from '../shard/shard.js'
import { BlockingLanes } from './blocking-lanes.js'
import { WaitingLane } from './waiting-lane.js'

export interface ShardLanesContext {
  readonly runtime: Runtime
  /** Makes and starts one that may be silent for so many ms by nature, at the moment. */
  readonly makeLane: (name: string, longestWait: () => number) => Shard
  /** The shard itself. */
  readonly shard: (name: string) => Shard | undefined
}

/**
 * Further connections to the shards, for commands that wait on the server: they would delay all others.
 * A lane is a shard of its own, which follows the same failovers by the same rules.
 */
export class ShardLanes implements Iterable<Shard> {
  /** For commands that block until there is something (BLPOP). */
  readonly blocking: BlockingLanes
  readonly #context: ShardLanesContext
  readonly #lanes = new Set<Shard>()
  readonly #waiting = new Map<string, WaitingLane>()

  constructor(context: ShardLanesContext) {
    this.#context = context
    this.blocking = new BlockingLanes({
      runtime: context.runtime,
      makeLane: (name) => this.#open(name, () => Number.POSITIVE_INFINITY),
      closeLane: (lane) => {
        this.#lanes.delete(lane)
        lane.close()
      },
      shard: context.shard,
    })
  }

  /** The lane for writes that wait for their replicas; made when it is first needed. */
  waiting(name: string): WaitingLane {
    let lane = this.#waiting.get(name)
    if (lane === undefined) {
      lane = new WaitingLane(name, (longestWait) => this.#open(name, longestWait))
      this.#waiting.set(name, lane)
    }
    return lane
  }

  /** The lanes that are open now. */
  [Symbol.iterator](): Iterator<Shard> {
    return this.#lanes.values()
  }

  close(): void {
    this.blocking.close()
    for (const lane of this.#lanes) lane.close()
  }

  #open(name: string, longestWait: () => number): Shard {
    const lane = this.#context.makeLane(name, longestWait)
    this.#lanes.add(lane)
    return lane
  }
}
