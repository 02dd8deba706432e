import type { Runtime, Timer } from '@disredis/connection'
import type { Command } from '../commands/command.js'
import type { Shard } from '../shard/shard.js'

export interface BlockingLanesContext {
  readonly runtime: Runtime
  /** Makes and starts one. */
  readonly makeLane: (shard: string) => Shard
  readonly closeLane: (lane: Shard) => void
  /** The shard itself: its node is asked for the lanes that say nothing. */
  readonly shard: (name: string) => Shard | undefined
}

/** Idle connections kept per shard for the next blocking command. */
const mostIdle = 8

/** ms between two looks at the lanes that wait. */
const lookInterval = 5000

/** ms that a sign of life gets to arrive, before the node is asked for it. */
const touchTime = 1000

/**
 * Connections for commands that may wait on the server (BLPOP, XREAD BLOCK, ...): each such command
 * has one to itself while it waits, so that it stands in front of no other. A lane is a shard of its
 * own: it follows the same failovers by the same rules. One of each shard is kept ready, so that a
 * blocking call is on the wire at once: what is added to a stream while it is dialled would be missed.
 *
 * A lane that waits is silent by nature. Whether its link still lives is asked of its node by the shard's
 * own connection: a NAT may have forgotten it, and the command would wait for ever.
 */
export class BlockingLanes {
  readonly #context: BlockingLanesContext
  readonly #idle = new Map<string, Shard[]>()
  readonly #busy = new Map<Shard, string>()
  #timer: Timer | undefined

  constructor(context: BlockingLanesContext) {
    this.#context = context
  }

  /** Keeps a lane of that shard ready. */
  prepare(shard: string): void {
    const idle = this.#idleOf(shard)
    if (idle.length === 0) idle.push(this.#context.makeLane(shard))
  }

  /** Sends the command on a lane of that shard. */
  send(command: Command, shard: string): void {
    const lane = this.#idleOf(shard).pop() ?? this.#context.makeLane(shard)
    const release = () => this.#release(lane, shard)
    command.promise.then(release, release)
    this.#busy.set(lane, shard)
    this.#timer ??= this.#context.runtime.setTimer(this.#touch, lookInterval)
    lane.flow.send(command)
    this.prepare(shard)
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** A lane whose command was given up is still blocked by it on the server: it is of no more use. */
  #release(lane: Shard, shard: string): void {
    this.#busy.delete(lane)
    const idle = this.#idleOf(shard)
    if (lane.health().inFlight === 0 && lane.phase !== 'closed' && idle.length < mostIdle) {
      idle.push(lane)
    } else {
      this.#context.closeLane(lane)
    }
  }

  readonly #touch = (): void => {
    const waiting = [...this.#busy].filter(([{ connection }]) => (connection?.inFlight ?? 0) > 0)
    for (const [{ connection }] of waiting) connection?.touch()
    this.#timer = this.#context.runtime.setTimer(() => this.#look(waiting), touchTime)
  }

  #look(waiting: readonly (readonly [lane: Shard, shard: string])[]): void {
    this.#timer =
      this.#busy.size === 0
        ? undefined
        : this.#context.runtime.setTimer(this.#touch, lookInterval - touchTime)
    for (const name of new Set(waiting.map(([, shard]) => shard))) {
      const links = waiting.flatMap(([{ connection }, shard]) =>
        shard === name && connection !== undefined && connection.inFlight > 0 ? [connection] : [],
      )
      if (links.length === 0) continue
      this.#context
        .shard(name)
        ?.judgeLinks(links, 3 * touchTime)
        .then(
          (verdicts) => {
            verdicts.forEach((verdict, i) => {
              if (verdict === 'dead') links[i]!.destroy()
            })
          },
          // The witness ended before the answer: the shard's business.
          () => {},
        )
    }
  }

  #idleOf(shard: string): Shard[] {
    let idle = this.#idle.get(shard)
    if (idle === undefined) {
      idle = []
      this.#idle.set(shard, idle)
    }
    return idle
  }
}
