import { AwayTime } from '../measurement/away-time.js'
import { Meter } from '../measurement/meter.js'
import { Tally } from '../measurement/tally.js'
import { WriteLedger } from './write-ledger.js'

/** Told of everything that traffic on a shard comes to, as it comes. */
export interface TrafficListener {
  /** A write was acknowledged. */
  acknowledged(at: number): void
  /** A read or a write was rejected. */
  failed(errorClass: string): void
}

/** A key that readers ask for, and what it must hold. */
export interface KnownValue {
  readonly key: string
  readonly value: string
}

/** Reads of known values. */
export interface Reads {
  answered: number
  /** Nothing was there: a crash took it, or a restart without its data. */
  missing: number
  /** Something else was there. */
  wrong: number
}

/** What the callers of one shard have seen. */
export class ShardTraffic {
  readonly shard: string
  readonly ledger: WriteLedger
  readonly meter: Meter
  readonly away: AwayTime
  readonly errors = new Tally()
  /** Errors at a time when the shard had no fault. */
  readonly unprovokedErrors = new Tally()
  readonly knownValues: readonly KnownValue[]
  readonly reads: Reads = { answered: 0, missing: 0, wrong: 0 }
  #lastAcknowledgement: number
  #listener: TrafficListener | undefined
  #onHit: ((key: string) => void) | undefined

  constructor(shard: string, newKey: () => string, now: number) {
    this.shard = shard
    this.ledger = new WriteLedger(newKey)
    this.meter = new Meter(now)
    this.away = new AwayTime(now)
    this.#lastAcknowledgement = now
    this.knownValues = Array.from({ length: 16 }, () => {
      const key = newKey()
      return { key, value: `value of ${key}` }
    })
  }

  /** When the last write was acknowledged; the start if none was. */
  get lastAcknowledgement(): number {
    return this.#lastAcknowledgement
  }

  /** Whether a fault is being watched on this shard. */
  get isFaulted(): boolean {
    return this.#listener !== undefined
  }

  /** Called with the key of every call. One listener. */
  onHit(listener: (key: string) => void): void {
    this.#onHit = listener
  }

  hit(key: string): void {
    this.#onHit?.(key)
  }

  /** A fault begins: the listener hears of everything until {@link unwatch}. */
  watch(listener: TrafficListener): void {
    if (this.#listener !== undefined) throw new Error(`${this.shard} has a fault already.`)
    this.#listener = listener
  }

  unwatch(): void {
    this.#listener = undefined
  }

  acknowledged(at: number): void {
    this.#lastAcknowledgement = at
    this.away.acknowledged(at)
    this.#listener?.acknowledged(at)
  }

  failed(errorClass: string): void {
    this.errors.add(errorClass)
    if (this.#listener === undefined) this.unprovokedErrors.add(errorClass)
    else this.#listener.failed(errorClass)
  }
}
