import type { RedisNode } from '../node/redis-node.js'
import type { WriteRecord } from '../node/write-history.js'
import type { Schedule } from '../schedule/schedule.js'
import type { Operation } from '../workload/operation.js'
import type { FailoverRecord, FailoverRecords } from './failover-records.js'

/** ms after a fault in which it may still cost writes: Sentinels undo promotions until then. */
const aftermath = 45_000

/** ms of silence in which a client finds out that a master lives. */
const livenessTimeout = 1000

/** An acknowledged write that no later master has. */
export interface LostWrite {
  readonly operation: Operation
  readonly shard: string
  /** Where it was executed last. */
  readonly node: RedisNode
  readonly record: WriteRecord
}

/**
 * Whether an acknowledged write may be lost. Never, if its reply came from a master that was being replaced,
 * as its client had heard, and the promoted node lacked it. Else
 *
 * - in a failover to a node that did not follow the master: Sentinel chooses it all the same, and what the
 *   master had acknowledged before the client heard of the failover is gone;
 * - if it was executed before the failover began, and the chosen node lacked it;
 * - for a while after what struck the shard, a Sentinel or a client, unless it is a schedule of planned
 *   failovers; what struck another shard's nodes is no excuse.
 */
export class LossExcuses {
  readonly #schedule: Schedule
  readonly #records: FailoverRecords
  readonly #beginning: number

  constructor(schedule: Schedule, records: FailoverRecords, beginning: number) {
    this.#schedule = schedule
    this.#records = records
    this.#beginning = beginning
  }

  /** @returns why it must not be lost; undefined if it may */
  judge(lost: LostWrite): string | undefined {
    const { operation } = lost
    if (operation.isAtReplaced) return 'its client had found another master before it wrote'
    const failover = this.#records.all.find((it) => this.#wasHeardOf(it, lost))
    if (failover !== undefined) {
      return `${operation.client} had heard at ${failover.heard.get(operation.client)!.toFixed(1)} that ${failover.leader} replaces it by ${failover.selected!.name}, which lacks it`
    }
    if (this.#records.all.some((it) => this.#isBeyondClients(it, lost))) return undefined
    if (this.#records.all.some((it) => this.#isOrderedBack(it, lost))) return undefined
    if (this.#schedule.kind === 'planned') return 'nothing but planned failovers has happened'
    return this.#isStruck(lost) ? undefined : 'nothing has struck its shard'
  }

  /** The reply came from a master of which its client had heard that it is being replaced. */
  #wasHeardOf(failover: FailoverRecord, { operation, node, record }: LostWrite): boolean {
    const { heard, heardOfAbort, promotion, master } = failover
    const { client, settledAt } = operation
    const from = heard.get(client)
    if (master !== node || promotion === undefined || from === undefined) return false
    const isUnderWay =
      settledAt > from &&
      settledAt < from + this.#gateTimeout(client) &&
      settledAt < (heardOfAbort.get(client) ?? Number.POSITIVE_INFINITY) &&
      !this.#records.isBack(client, node, from, settledAt)
    return isUnderWay && !this.#records.isKept(failover, record)
  }

  #isBeyondClients(
    failover: FailoverRecord,
    { operation, shard, node, record }: LostWrite,
  ): boolean {
    const { isSound, at, promotion, master, heard } = failover
    const isBeyondClients = !isSound || record.at < at
    if (failover.shard !== shard || !isBeyondClients || promotion === undefined) return false
    if (operation.settledAt > (heard.get(operation.client) ?? promotion.at)) return false
    const wasThere = master === node || this.#records.wasThere(failover, record)
    return wasThere && !this.#records.isKept(failover, record)
  }

  /**
   * The old master was silent for longer than a client takes it to live: its successor is believed by its word, and
   * another Sentinel has ordered it back before it was announced (docs/failover.md, row 8).
   */
  #isOrderedBack(failover: FailoverRecord, { shard, node, record }: LostWrite): boolean {
    const { selected, promotion, announcedAt, at } = failover
    const isBefore = promotion !== undefined && promotion.at <= record.at && record.at < announcedAt
    if (selected !== node || !isBefore) return false
    return this.#schedule.faults.some(({ kind, targets, amount, duration, ...fault }) => {
      const isSilencing = kind === 'freeze' || kind === 'pauseWrites'
      if (!isSilencing || targets[0]?.split('/')[0] !== shard) return false
      const length = kind === 'freeze' ? duration : amount
      const from = this.#beginning + fault.at
      return length > livenessTimeout && from < record.at && from + length > at
    })
  }

  #isStruck({ shard, record }: LostWrite): boolean {
    return this.#schedule.faults.some(({ kind, at, duration, targets }) => {
      if (kind === 'plannedFailover') return false
      const from = this.#beginning + at - aftermath
      const to = this.#beginning + at + duration + aftermath
      const isNear = record.at >= from && record.at <= to
      const isOfOtherShard = targets.every(
        (target) => target.startsWith('shard-') && target.split('/')[0] !== shard,
      )
      return isNear && !isOfOtherShard
    })
  }

  #gateTimeout(client: string): number {
    return this.#schedule.clients[Number(client.split('-')[1]) - 1]!.gateTimeout
  }
}
