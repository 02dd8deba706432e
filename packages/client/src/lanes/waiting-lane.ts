import type { Command } from '../commands/command.js'
import type { Shard } from '../shard/shard.js'

/**
 * A connection to a shard on which writes wait for their replicas (WAIT). As long as one does, it may be
 * silent for the longest of these times.
 */
export class WaitingLane {
  readonly name: string
  readonly #lane: Shard
  /** How many commands wait for so many ms at most. */
  readonly #waits = new Map<number, number>()

  /** @param makeLane gets the ms for which the lane may be silent by nature at the moment */
  constructor(name: string, makeLane: (longestWait: () => number) => Shard) {
    this.name = name
    this.#lane = makeLane(() => Math.max(0, ...this.#waits.keys()))
  }

  get generation(): number {
    return this.#lane.generation
  }

  /** @param wait ms for which the command may wait on the server */
  send(command: Command, wait = 0): void {
    if (wait > 0) this.#note(command, wait)
    this.#lane.flow.send(command)
  }

  resend(command: Command): void {
    this.#lane.flow.resend(command)
  }

  #note({ promise }: Command, wait: number): void {
    this.#waits.set(wait, (this.#waits.get(wait) ?? 0) + 1)
    const forget = () => {
      const others = this.#waits.get(wait)! - 1
      if (others === 0) this.#waits.delete(wait)
      else this.#waits.set(wait, others)
    }
    promise.then(forget, forget)
  }
}
