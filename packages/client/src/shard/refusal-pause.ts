import type { Runtime, Timer } from '@disredis/sentinel'
import type { Command } from '../commands/command.js'
import { Backoff } from '../queueing/backoff.js'

/**
 * The time after a refusal that passes by itself (LOADING, NOREPLICAS): commands wait, then one of
 * them is tried, and the others follow when it was not refused again.
 */
export class RefusalPause {
  readonly #runtime: Runtime
  readonly #onTry: () => void
  readonly #backoff: Backoff
  #timer: Timer | undefined
  #trial: Command | undefined

  constructor(runtime: Runtime, onTry: () => void) {
    this.#runtime = runtime
    this.#onTry = onTry
    this.#backoff = new Backoff(20, 200, runtime.random)
  }

  /** While true, queued commands stay queued. */
  get isHolding(): boolean {
    return this.#timer !== undefined || this.#trial !== undefined
  }

  /** A command was refused. */
  begin(): void {
    this.#trial = undefined
    this.#timer ??= this.#runtime.setTimer(() => {
      this.#timer = undefined
      this.#onTry()
    }, this.#backoff.next())
  }

  try(command: Command): void {
    this.#trial = command
  }

  /** True once, when the trial was settled and not refused. */
  isOver(): boolean {
    if (this.#trial?.isSettled !== true) return false
    this.clear()
    return true
  }

  clear(): void {
    this.#trial = undefined
    this.#timer?.cancel()
    this.#timer = undefined
    this.#backoff.reset()
  }
}
