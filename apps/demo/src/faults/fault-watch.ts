import { type Address, isSameAddress } from '@disredis/sentinel'
import { AckGaps, type Gap } from '../measurement/ack-gaps.js'
import type { SwitchSeen } from '../measurement/switch-watch.js'
import { type Counts, Tally } from '../measurement/tally.js'
import type { ShardFaultKind } from '../script/statement.js'
import type { TrafficListener } from '../workload/shard-traffic.js'
import type { FaultRecord } from './fault-record.js'

/** Acknowledgements of the new master that prove that the shard is served again. */
const proof = 20

export interface FaultStart {
  readonly kind: ShardFaultKind
  readonly shard: string
  /** Before the fault was injected. */
  readonly at: number
  readonly lastAcknowledgement: number
}

/** Measures one fault from its beginning until the shard is served again. */
export class FaultWatch implements TrafficListener {
  readonly kind: ShardFaultKind
  readonly shard: string
  readonly startedAt: number
  readonly #gaps: AckGaps
  readonly #errors = new Tally()
  #switch: SwitchSeen | undefined
  #stays: Address | undefined
  #acknowledged = 0
  #acknowledgedBefore: number | undefined

  constructor({ kind, shard, at, lastAcknowledgement }: FaultStart) {
    this.kind = kind
    this.shard = shard
    this.startedAt = at
    this.#gaps = new AckGaps(lastAcknowledgement)
  }

  /** Writes that were acknowledged since it began. */
  get acknowledgedCount(): number {
    return this.#acknowledged
  }

  /** Errors since it began. */
  get errors(): Counts {
    return this.#errors.counts()
  }

  /** The longest time without an acknowledgement so far; undefined until one has come. */
  get longestGap(): Gap | undefined {
    return this.#gaps.longest
  }

  /** When the last write was acknowledged, ms. */
  get lastAcknowledgement(): number {
    return this.#gaps.last
  }

  acknowledged(at: number): void {
    this.#acknowledged++
    this.#gaps.acknowledged(at)
  }

  failed(errorClass: string): void {
    this.#errors.add(errorClass)
  }

  /** A Sentinel published a switch; the first one counts. */
  switched(seen: SwitchSeen): void {
    if (seen.shard === this.shard) this.#switch ??= seen
  }

  /** The node was brought back in time: there is no failover, and this master goes on. */
  stays(master: Address): void {
    this.#stays = master
  }

  /**
   * What is missing until the fault is over; undefined when it is. To be asked again and again.
   *
   * @param servedBy the node that the client writes to; undefined if there is none
   */
  whyNotOver(servedBy: Address | undefined): string | undefined {
    const master = this.#switch?.to ?? this.#stays
    if (master === undefined) return 'no Sentinel has published +switch-master'
    if (!isSameAddress(servedBy, master)) return 'the client does not use the new master'
    this.#acknowledgedBefore ??= this.#acknowledged
    const missing = proof - (this.#acknowledged - this.#acknowledgedBefore)
    return missing <= 0 ? undefined : 'the new master does not acknowledge writes'
  }

  /** @param runStart the time that `startedAt` of the record counts from */
  record(node: string, isRecovered: boolean, runStart: number): FaultRecord {
    const gap = isRecovered ? this.#gaps.longest : undefined
    const end = gap?.end
    const switchedAt = this.#switch?.at
    return {
      kind: this.kind,
      shard: this.shard,
      startedAt: this.startedAt - runStart,
      node,
      newMaster: this.#switch?.to ?? null,
      isRecovered,
      gap: gap === undefined ? null : gap.end - gap.start,
      firstAcknowledgement: between(this.startedAt, end),
      switchMaster: between(this.startedAt, switchedAt),
      afterSwitchMaster: between(switchedAt, end),
      errors: this.#errors.counts(),
      lost: 0,
      duplicated: 0,
    }
  }
}

function between(start: number | undefined, end: number | undefined): number | null {
  return start === undefined || end === undefined ? null : end - start
}
