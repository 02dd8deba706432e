import type { Command } from '../commands/command.js'
import { CommandTimeoutError } from '../errors.js'
import { queueFullError } from '../queueing/command-errors.js'
import { CommandQueue, type QueueLimits } from '../queueing/command-queue.js'
import { Deadlines } from '../queueing/deadlines.js'
import type { Ticked, Ticker } from '../queueing/ticker.js'
import type { Router } from '../routing/router.js'

export interface LobbyContext {
  readonly limits: QueueLimits
  readonly ticker: Ticker
  /** Monotonic ms. */
  readonly now: () => number
  /** A command came: the masters are wanted. */
  readonly onCommand: () => void
}

/** How a command goes on that is not sent by the client's own router. */
export type Detour = (router: Router) => void

/** Commands that wait until it is known which masters there are. */
export class Lobby implements Ticked {
  readonly #context: LobbyContext
  readonly #queue: CommandQueue
  readonly #detours = new Map<Command, Detour>()
  readonly #deadlines = new Deadlines()
  readonly #drainWaiters: (() => void)[] = []
  #isOver = false
  /** Why the masters are not known yet; told to those whose time is over. */
  lastError: Error | undefined

  constructor(context: LobbyContext) {
    this.#context = context
    this.#queue = new CommandQueue(context.limits)
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  /** @param detour in place of the router's own way */
  route(command: Command, detour?: Detour): void {
    const { limits, ticker, now, onCommand } = this.#context
    onCommand()
    command.startClock(now())
    if (!this.#queue.push(command)) {
      command.fail(queueFullError('(not known yet)', limits, undefined))
      return
    }
    if (detour !== undefined) this.#detours.set(command, detour)
    this.#deadlines.add(command)
    ticker.watch(this)
  }

  /** The masters are known: every waiting command goes on, in order. The lobby is over. */
  leave(router: Router): void {
    this.#isOver = true
    this.#empty((command) => {
      const detour = this.#detours.get(command)
      if (detour === undefined) router.route(command)
      else detour(router)
    })
  }

  /** Resolves when nothing waits here any more. */
  drained(): Promise<void> {
    if (this.isEmpty) return Promise.resolve()
    return new Promise((resolve) => this.#drainWaiters.push(resolve))
  }

  rejectAll(error: Error): void {
    this.#empty((command) => command.fail(error))
  }

  tick(now: number): boolean {
    // The shards keep the deadlines of what they took over.
    if (this.#isOver) return false
    this.#deadlines.expire(now, (command) => {
      this.#detours.delete(command)
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

  #empty(each: (command: Command) => void): void {
    for (let command = this.#queue.shift(); command !== undefined; command = this.#queue.shift()) {
      each(command)
    }
    this.#detours.clear()
    this.#settleDrainWaiters()
  }

  #settleDrainWaiters(): void {
    for (const resolve of this.#drainWaiters.splice(0)) resolve()
  }
}
