import { setImmediate as immediate } from 'node:timers/promises'
import type { Runtime, Timer } from '../../src/index.js'

interface Pending {
  readonly due: number
  readonly callback: () => void
}

/** A clock that only moves when it is told to. */
export class ManualRuntime implements Runtime {
  #now = 0
  readonly #timers = new Set<Pending>()
  #afterIo: (() => void)[] = []
  /** What `random` returns. */
  chance = 0.5

  now(): number {
    return this.#now
  }

  random(): number {
    return this.chance
  }

  setTimer(callback: () => void, delay: number): Timer {
    const timer = { due: this.#now + delay, callback }
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  nextTick(callback: () => void): void {
    queueMicrotask(callback)
  }

  afterIo(callback: () => void): void {
    this.#afterIo.push(callback)
  }

  /** Delays until the timers that are set now, in order. */
  get delays(): number[] {
    return [...this.#timers].map(({ due }) => due - this.#now).sort((a, b) => a - b)
  }

  /** Lets every timer fire that is due within `delay` ms, in order, with its consequences. */
  async advance(delay: number): Promise<void> {
    const end = this.#now + delay
    await settle()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.due
      this.#timers.delete(next)
      next.callback()
      await this.#turn()
    }
    this.#now = end
  }

  /** The event loop hangs for `delay` ms: what is due then fires at once, before anything is read. */
  async stall(delay: number): Promise<void> {
    this.#now += delay
    const due = [...this.#timers].filter((timer) => timer.due <= this.#now)
    for (const timer of due.sort((a, b) => a.due - b.due)) {
      if (this.#timers.delete(timer)) timer.callback()
    }
    await this.#turn()
  }

  #next(end: number): Pending | undefined {
    return [...this.#timers].sort((a, b) => a.due - b.due).find(({ due }) => due <= end)
  }

  async #turn(): Promise<void> {
    await settle()
    const callbacks = this.#afterIo
    this.#afterIo = []
    for (const callback of callbacks) callback()
    await settle()
  }
}

/** Lets every promise settle that can. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await immediate()
}
