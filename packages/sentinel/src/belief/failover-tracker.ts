import { type Address, isSameAddress } from '@disredis/connection'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { FailoverReport, Source } from '../protocol/sentinel-report.js'
import type { FailoverTopology } from './topology.js'

/** Whether two addresses lead to one node. */
export type IsSameNode = (a: Address | undefined, b: Address | undefined) => boolean

/** ms for which a leader that another one has overtaken may still be right. Later it hangs, for all that is known. */
const overtakenFor = 10_000

/**
 * The failovers of one master that Sentinels lead, from their events and from what they answer: the
 * answers make up for events of before this client listened, or of while a link was down.
 */
export class FailoverTracker {
  readonly #isSame: IsSameNode
  /** By the id of the leader. */
  readonly #led = new Map<string, FailoverTopology>()
  /** When the failover of each began, as far as was heard. */
  readonly #began = new Map<string, number>()
  /**
   * The leader that spoke of it last: it alone counts. When it gives up, one that it has overtaken not long ago
   * counts again; another one may hang and never give up.
   */
  #latest: string | undefined

  constructor(isSame: IsSameNode = isSameAddress) {
    this.#isSame = isSame
  }

  /** @param now monotonic ms */
  applyEvent(event: SentinelEvent, leader: Source, now: number): void {
    switch (event.kind) {
      case 'leaderElected':
        this.#led.delete(leader.id)
        this.#record(leader, event.master, undefined, now)
        break
      case 'replicaSelected': {
        // Without the election the master is not known; the answer that follows an event has it.
        const known = this.#led.get(leader.id)
        if (known !== undefined) this.#record(leader, known.master, event.address, now)
        break
      }
      case 'failoverAborted':
      case 'masterSwitched':
        this.#end(leader.id, now)
    }
  }

  /** A Sentinel answered; `master` is what it names. */
  applyReport(
    report: FailoverReport | undefined,
    master: Address,
    leader: Source,
    now: number,
  ): void {
    if (report === undefined) this.#end(leader.id, now)
    else this.#record(leader, master, report.replica, now)
  }

  /** The Sentinel is not connected, or not to be counted any longer: nothing is known of its failover. */
  removeSentinel(id: string): void {
    this.#led.delete(id)
  }

  /** The failover of `master` that is under way. The same object while nothing in it changes. */
  of(master: Address): FailoverTopology | undefined {
    const failover = this.#latest === undefined ? undefined : this.#led.get(this.#latest)
    return this.#isSame(failover?.master, master) ? failover : undefined
  }

  #end(id: string, now: number): void {
    this.#led.delete(id)
    if (this.#latest !== id) return
    const recent = [...this.#led.keys()].filter((it) => now - this.#began.get(it)! <= overtakenFor)
    this.#latest = recent.sort((a, b) => this.#began.get(b)! - this.#began.get(a)!)[0]
  }

  #record(sentinel: Source, master: Address, replica: Address | undefined, now: number): void {
    const { id, address } = sentinel
    const known = this.#led.get(id)
    const isKnown = known !== undefined && this.#isSame(known.master, master)
    const chosen = replica ?? (isKnown ? known.replica : undefined)
    if (isKnown && (chosen === known.replica || this.#isSame(chosen, known.replica))) return
    if (!isKnown) this.#began.set(id, now)
    this.#latest = id
    this.#led.set(
      id,
      Object.freeze({ sentinel: Object.freeze({ id, address }), master, replica: chosen }),
    )
  }
}
