import type { RoutedCommand } from './commands/routed-command.js'
import { CommandTimeoutError } from './errors.js'
import { queueFullError } from './shard/command-errors.js'
import { CommandQueue, type QueueLimits } from './shard/command-queue.js'
import { Deadlines } from './shard/deadlines.js'
import type { Ticked, Ticker } from './shard/ticker.js'

/** Commands that wait until it is known which masters there are. */
export class Lobby implements Ticked {
  readonly #limits: QueueLimits
  readonly #queue: CommandQueue
  readonly #deadlines = new Deadlines()
  readonly #ticker: Ticker
  readonly #drainWaiters: (() => void)[] = []
  #isOver = false
  /** Why the masters are not known yet; told to those whose time is over. */
  lastError: Error | undefined

  constructor(limits: QueueLimits, ticker: Ticker) {
    this.#limits = limits
    this.#queue = new CommandQueue(limits)
    this.#ticker = ticker
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  hold(command: RoutedCommand, now: number): void {
    command.deadline = now + command.timeout
    if (!this.#queue.push(command)) {
      command.fail(queueFullError('(not known yet)', this.#limits, undefined))
      return
    }
    this.#deadlines.add(command)
    this.#ticker.watch(this)
  }

  /** The masters are known: hands over every waiting command, in order. The lobby is over. */
  leave(route: (command: RoutedCommand) => void): void {
    this.#isOver = true
    this.#empty(route)
  }

  /** Resolves when nothing waits here any more. */
  drained(): Promise<void> {
    if (this.isEmpty) return Promise.resolve()
    return new Promise((resolve) => this.#drainWaiters.push(resolve))
  }

  rejectAll(error: Error): void {
    this.#empty((command) => command.fail(error))
  }

  #empty(route: (command: RoutedCommand) => void): void {
    for (let command = this.#queue.shift(); command !== undefined; command = this.#queue.shift()) {
      route(command)
    }
    this.#settleDrainWaiters()
  }

  #settleDrainWaiters(): void {
    for (const resolve of this.#drainWaiters.splice(0)) resolve()
  }

  tick(now: number): boolean {
    // The shards keep the deadlines of what they took over.
    if (this.#isOver) return false
    this.#deadlines.expire(now, (command) => {
      command.abandon(
        new CommandTimeoutError(
          `${command.info.name} was not sent: no Sentinel named the masters within ${command.timeout} ms.` +
            (this.lastError === undefined ? '' : ` ${this.lastError.message}`),
          { cause: this.lastError, retryable: true },
        ),
      )
    })
    if (this.isEmpty) this.#settleDrainWaiters()
    return !this.isEmpty
  }
}
