import { Fifo } from '@disredis/connection'
import type { Command } from '../commands/command.js'

/** ms by which late commands of one lane may be out of order. */
const lateStep = 10

/**
 * The commands of one shard that are not settled, by deadline. Calls with one timeout expire in the
 * order in which they were made, so each timeout has a lane and only the head of a lane is looked at:
 * no timer per command.
 */
export class Deadlines {
  readonly #lanes = new Map<number, Fifo<Command>>()
  #lastTimeout = -1
  #lastLane: Fifo<Command> | undefined

  add(command: Command): void {
    this.#push(command, command.timeout)
  }

  /** A command whose time began to run earlier, elsewhere. */
  addLate(command: Command, now: number): void {
    this.#push(command, Math.ceil((command.deadline! - now) / lateStep) * lateStep)
  }

  #push(command: Command, timeout: number): void {
    const lane = timeout === this.#lastTimeout ? this.#lastLane! : this.#lane(timeout)
    // Two looks an addition keep settled commands from piling up between ticks.
    if (lane.peek()?.isSettled) {
      lane.shift()
      if (lane.peek()?.isSettled) lane.shift()
    }
    lane.push(command)
  }

  /** Calls `expire` for each command whose deadline is not after `now`, oldest first in its lane. */
  expire(now: number, expire: (command: Command) => void): void {
    for (const lane of this.#lanes.values()) {
      for (let head = lane.peek(); head !== undefined; head = lane.peek()) {
        if (!head.isSettled) {
          if (head.deadline! > now) break
          expire(head)
        }
        lane.shift()
      }
    }
  }

  /** True if every command is settled. Exact after {@link expire}. */
  get isEmpty(): boolean {
    for (const lane of this.#lanes.values()) if (lane.length > 0) return false
    return true
  }

  #lane(timeout: number): Fifo<Command> {
    let lane = this.#lanes.get(timeout)
    if (lane === undefined) {
      lane = new Fifo()
      this.#dropEmptyLanes()
      this.#lanes.set(timeout, lane)
    }
    this.#lastTimeout = timeout
    this.#lastLane = lane
    return lane
  }

  /** Callers may use a different timeout each time; the map must not grow with them. */
  #dropEmptyLanes(): void {
    if (this.#lanes.size < 64) return
    for (const [timeout, lane] of this.#lanes) if (lane.length === 0) this.#lanes.delete(timeout)
  }
}
