import { EventHeap, ScheduledEvent } from './event-heap.js'

/** Called after every event in which the product ran, when nothing of it is left to run. */
export type AfterEvent = () => void

/**
 * The clock of a simulated world: it stands still while something runs and leaps to the next event.
 *
 * What only the world does needs no turn of Node's loop. Whoever enters the product says so
 * ({@link touch}): then every promise job and `process.nextTick` callback that followed is run before
 * the next event.
 */
export class VirtualTime {
  readonly #heap = new EventHeap()
  readonly #afterEvent: AfterEvent[] = []
  /** Deferred within the present event: they run before promise jobs, as `process.nextTick` does. */
  #deferred: (() => void)[] = []
  #now = 0
  #order = 0
  #isTouched = false
  #events = 0

  /** ms since the world began. */
  get now(): number {
    return this.#now
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events
  }

  get pending(): number {
    return this.#heap.pending
  }

  /** @param delay ms */
  after(delay: number, action: () => void): ScheduledEvent {
    const event = new ScheduledEvent(this.#now + Math.max(0, delay), this.#order++, action)
    this.#heap.push(event)
    return event
  }

  at(time: number, action: () => void): ScheduledEvent {
    return this.after(time - this.#now, action)
  }

  /** The product is being entered. */
  touch(): void {
    this.#isTouched = true
  }

  /** The product defers something to the end of what runs now. */
  defer(action: () => void): void {
    this.#isTouched = true
    this.#deferred.push(action)
  }

  onAfterEvent(listener: AfterEvent): void {
    this.#afterEvent.push(listener)
  }

  /** Lets events happen until `time`, or until `isOver` says so; then the clock stands there. */
  run(time: number, isOver: () => boolean = () => false): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = () => {
        try {
          if (this.#isTouched) {
            this.#isTouched = false
            this.#runDeferred()
            // Twice: what runs in the first turn may begin another.
            queueMicrotask(() => process.nextTick(settle))
            return
          }
          if (isOver() || !this.#stepUntilTouched(time, isOver)) resolve()
          else process.nextTick(step)
        } catch (error) {
          reject(error)
        }
      }
      const settle = () => {
        try {
          if (this.#deferred.length === 0 && !this.#isTouched) {
            for (const listener of this.#afterEvent) listener()
          }
        } catch (error) {
          reject(error)
          return
        }
        queueMicrotask(() => process.nextTick(step))
      }
      step()
    })
  }

  /** False when there is nothing to do until `time`. */
  #stepUntilTouched(time: number, isOver: () => boolean): boolean {
    for (;;) {
      const event = this.#heap.next
      if (event === undefined || event.at > time) {
        this.#now = Math.max(this.#now, Math.min(time, Number.MAX_SAFE_INTEGER))
        return false
      }
      this.#heap.shift()
      const { action } = event
      if (action === undefined) continue
      event.action = undefined
      this.#now = event.at
      this.#events++
      action()
      if (this.#isTouched) return true
      if (isOver()) return false
    }
  }

  #runDeferred(): void {
    while (this.#deferred.length > 0) {
      const deferred = this.#deferred
      this.#deferred = []
      for (const action of deferred) action()
    }
    this.#isTouched = false
  }
}
