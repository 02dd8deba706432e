import type { Command } from '../commands/command.js'
import type { Shard } from '../shard/shard.js'

/** Idle connections kept per shard for the next blocking command. */
const mostIdle = 8

/**
 * Connections for commands that may wait on the server (BLPOP, XREAD BLOCK, ...): each such command
 * has one to itself while it waits, so that it stands in front of no other. A lane is a shard of its
 * own: it follows the same failovers by the same rules.
 */
export class BlockingLanes {
  readonly #makeLane: (shard: string) => Shard
  readonly #closeLane: (lane: Shard) => void
  readonly #idle = new Map<string, Shard[]>()

  constructor(makeLane: (shard: string) => Shard, closeLane: (lane: Shard) => void) {
    this.#makeLane = makeLane
    this.#closeLane = closeLane
  }

  /** Sends the command on a lane of that shard. */
  send(command: Command, shard: string): void {
    command.allowToBlock()
    const lane = this.#idle.get(shard)?.pop() ?? this.#makeLane(shard)
    const release = () => this.#release(lane, shard)
    command.promise.then(release, release)
    lane.flow.send(command)
  }

  /** A lane whose command was given up is still blocked by it on the server: it is of no more use. */
  #release(lane: Shard, shard: string): void {
    const idle = this.#idle.get(shard) ?? []
    this.#idle.set(shard, idle)
    if (lane.health().inFlight === 0 && lane.phase !== 'closed' && idle.length < mostIdle) {
      idle.push(lane)
    } else {
      this.#closeLane(lane)
    }
  }
}
