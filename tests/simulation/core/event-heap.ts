/** Something that happens at a virtual time. */
export class ScheduledEvent {
  readonly at: number
  readonly order: number
  /** Undefined once it happened or was cancelled. */
  action: (() => void) | undefined

  constructor(at: number, order: number, action: () => void) {
    this.at = at
    this.order = order
    this.action = action
  }

  cancel(): void {
    this.action = undefined
  }
}

/** A binary heap by time; of one time, the event that was scheduled first comes first. */
export class EventHeap {
  readonly #events: ScheduledEvent[] = []

  get next(): ScheduledEvent | undefined {
    return this.#events[0]
  }

  push(event: ScheduledEvent): void {
    const events = this.#events
    let at = events.length
    events.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = events[parent]!
      if (isBefore(above, event)) break
      events[at] = above
      at = parent
    }
    events[at] = event
  }

  shift(): ScheduledEvent | undefined {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    if (last === undefined || events.length === 0) return first
    let at = 0
    const { length } = events
    for (;;) {
      let child = 2 * at + 1
      if (child >= length) break
      if (child + 1 < length && isBefore(events[child + 1]!, events[child]!)) child++
      const below = events[child]!
      if (isBefore(last, below)) break
      events[at] = below
      at = child
    }
    events[at] = last
    return first
  }

  /** Those that would still happen. */
  get pending(): number {
    return this.#events.filter(({ action }) => action !== undefined).length
  }
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
