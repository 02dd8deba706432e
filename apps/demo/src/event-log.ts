import { now } from './time.js'

/** Something that happened, for people. */
export interface LogEvent {
  /** ms since the log began. */
  readonly at: number
  readonly text: string
}

/** With its place in the order of all events, from 1. */
export interface NumberedEvent extends LogEvent {
  readonly number: number
}

const kept = 100

/** What happened lately. Views read it or listen to it. */
export class EventLog {
  readonly #start = now()
  readonly #events: NumberedEvent[] = []
  #count = 0
  #listener: (event: LogEvent) => void = () => {}

  /** Oldest first. */
  get recent(): readonly NumberedEvent[] {
    return this.#events
  }

  /** ms since the log began. */
  get elapsed(): number {
    return now() - this.#start
  }

  onEvent(listener: (event: LogEvent) => void): void {
    this.#listener = listener
  }

  add(text: string): void {
    const event = { number: ++this.#count, at: this.elapsed, text }
    this.#events.push(event)
    if (this.#events.length > kept) this.#events.shift()
    this.#listener(event)
  }
}
