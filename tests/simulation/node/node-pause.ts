import type { ScheduledEvent } from '../core/event-heap.js'
import type { VirtualTime } from '../core/virtual-time.js'

/** CLIENT PAUSE, and the pauses that a server gives itself: the strongest and longest counts. */
export class NodePause {
  readonly #time: VirtualTime
  readonly #onEnd: () => void
  #writesUntil = 0
  #allUntil = 0
  #timer: ScheduledEvent | undefined

  constructor(time: VirtualTime, onEnd: () => void) {
    this.#time = time
    this.#onEnd = onEnd
  }

  get holdsWrites(): boolean {
    return this.#time.now < this.#writesUntil || this.holdsAll
  }

  get holdsAll(): boolean {
    return this.#time.now < this.#allUntil
  }

  begin(duration: number, isAll: boolean): void {
    const until = this.#time.now + duration
    if (isAll) this.#allUntil = Math.max(this.#allUntil, until)
    else this.#writesUntil = Math.max(this.#writesUntil, until)
    this.#timer?.cancel()
    const last = Math.max(this.#allUntil, this.#writesUntil)
    this.#timer = this.#time.at(last, this.#onEnd)
  }

  end(): void {
    this.forget()
    this.#onEnd()
  }

  forget(): void {
    this.#timer?.cancel()
    this.#writesUntil = 0
    this.#allUntil = 0
  }
}
