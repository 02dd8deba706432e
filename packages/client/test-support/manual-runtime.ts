import type { Runtime } from '@disredis/sentinel'

/** A clock that moves when it is told to. */
export class ManualRuntime implements Runtime {
  #now = 0
  #timers: { at: number; run: () => void }[] = []

  now = (): number => this.#now

  /** How many are set. */
  get timers(): number {
    return this.#timers.length
  }

  setTimer(callback: () => void, delay: number) {
    const timer = { at: this.#now + delay, run: callback }
    this.#timers.push(timer)
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
      },
    }
  }

  nextTick(callback: () => void): void {
    queueMicrotask(callback)
  }

  afterIo(callback: () => void): void {
    queueMicrotask(callback)
  }

  random = (): number => 0.5

  /** The event loop is held up: time passes, and no timer has run yet. */
  stall(ms: number): void {
    this.#now += ms
  }

  /** Lets promises settle, then runs what is due, in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settled()
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((other) => other !== due)
      this.#now = Math.max(this.#now, due.at)
      due.run()
      await settled()
    }
    this.#now = end
  }
}

/** Everything that is queued in this turn of the event loop has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
