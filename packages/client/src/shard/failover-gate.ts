import {
  type Address,
  type DisredisError,
  isSameAddress,
  type Runtime,
  type Timer,
} from '@disredis/connection'
import type { ShardConnection } from '../connection/shard-connection.js'
import { Backoff } from '../queueing/backoff.js'
import type { LeftMasters } from './left-masters.js'
import { OldMasterWatch } from './old-master-watch.js'
import { PromotionProbe } from './promotion-probe.js'
import { WithheldReplies } from './withheld-replies.js'

export interface GateOptions {
  /** ms after which the gate opens although nothing was heard of the failover's end. */
  readonly timeout: number
  /**
   * ms between two questions to the selected replica for its role; false waits for Sentinel's
   * `+promoted-slave` instead.
   */
  readonly probeInterval: number | false
  /**
   * What lets writes go to the promoted node while the old master is alive: Sentinel's word, or the
   * node's own answer to ROLE. Sentinel may still undo a promotion that it has not announced.
   */
  readonly openOn: 'confirmed' | 'proven'
}

/** What became of a master that was being replaced. Only of one that stays are the replies true. */
export type MasterFate = 'stays' | 'replaced or unknown'

export interface GateContext extends GateOptions {
  readonly runtime: Runtime
  readonly connectTimeout: number
  readonly dial: (address: Address, signal: AbortSignal) => Promise<ShardConnection>
  /** The old master is lost or silent: there is nothing that a promotion could be undone in favour of. */
  readonly isMasterGone: () => boolean
  /** To the master that is being replaced, if there is one: its replies to writes are withheld. */
  readonly oldMaster: ShardConnection | undefined
  /** Whether the Sentinels still say that the failover is under way. */
  readonly isUnderWay: () => boolean
  /** The address that Sentinels use for one that a node names. */
  readonly translate: (address: Address) => Address
  /** The replicas of the shard that Sentinel knows. */
  readonly replicas: () => readonly Address[]
  readonly leftMasters: LeftMasters
  /** Takes the connection to the new master over; the gate is to be ended. */
  readonly onPromoted: (connection: ShardConnection) => void
  /** The promoted node could not be dialled; the next attempt follows by itself. */
  readonly onProbeFailed: (address: Address, error: DisredisError) => void
  /** The gate has ended, and now the old master says that it is a replica: it was asked before. */
  readonly onDemotedLate: (oldMaster: ShardConnection) => void
  /** Nothing was heard of the failover for its time. */
  readonly onTimeout: () => void
}

/** What one Sentinel does to replace the master. Several may try at a time, each with a replica of its own. */
export interface FailoverAttempt {
  readonly leader: Address
  /** Undefined: not chosen yet. */
  readonly replica: Address | undefined
}

/** ms between two questions once Sentinel itself said that the replica was promoted. */
const promotedInterval = 10

/**
 * A failover under way. As long as it exists, writes are held in the queue, and what the old master answers
 * to writes of before is withheld.
 */
export class FailoverGate {
  /** What connections to the old master are to hand their replies to writes to. */
  readonly withheld = new WithheldReplies()
  /** When the master was lost, or else when the failover was announced. */
  readonly since: number
  readonly master: Address
  readonly #closedAt: number
  readonly #context: GateContext
  readonly #oldMaster: OldMasterWatch | undefined
  #timer: Timer
  #probe: PromotionProbe | undefined
  #attempts: readonly FailoverAttempt[] = []
  /** The node that Sentinel said is promoted. */
  #confirmed: Address | undefined
  #isDemoted = false
  #isEnded = false

  constructor(master: Address, lostAt: number | undefined, context: GateContext) {
    this.master = master
    this.#closedAt = context.runtime.now()
    this.#context = context
    this.since = lostAt ?? this.#closedAt
    this.#timer = this.#startTimer()
    const { oldMaster, runtime, translate, replicas } = context
    if (oldMaster === undefined) return
    oldMaster.replyHold = this.withheld
    this.#oldMaster = new OldMasterWatch({
      runtime,
      connection: oldMaster,
      withheld: this.withheld,
      translate,
      replicas,
      onDemoted: () => {
        this.#isDemoted = true
        if (this.#isEnded) context.onDemotedLate(oldMaster)
      },
    })
  }

  /** The old master said that it is a replica: what it serves on now is no connection to a master. */
  get isDemoted(): boolean {
    return this.#isDemoted
  }

  /** A Sentinel said that another node is the master now, whatever is said later. */
  get isConfirmed(): boolean {
    return this.#confirmed !== undefined
  }

  /** ms for which it has been closed. */
  get duration(): number {
    return this.#context.runtime.now() - this.#closedAt
  }

  /** Whether it is this master that is being replaced. */
  isOf(address: Address): boolean {
    return isSameAddress(this.master, address)
  }

  /** That Sentinel leads it, perhaps beside another one, or after one that is out of reach by now. */
  beginAttempt(leader: Address): void {
    this.#setAttempts([...this.#attemptsBut(leader), { leader, replica: undefined }])
  }

  /** That Sentinel has given up: it promotes nothing. */
  endAttempt(leader: Address): void {
    this.#setAttempts(this.#attemptsBut(leader))
  }

  /** Of the Sentinels that were heard to lead it and not to give up: each may have promoted its replica. */
  get attempts(): readonly FailoverAttempt[] {
    return this.#attempts
  }

  /** Sentinel said that this node is the master now. */
  confirm(address: Address): void {
    this.#confirmed = address
  }

  /** That Sentinel has chosen the replica that it promotes. */
  select(address: Address, leader: Address): void {
    this.#setAttempts([...this.#attemptsBut(leader), { leader, replica: address }])
    if (this.#context.probeInterval !== false) this.probe(address)
  }

  isProbing(address: Address): boolean {
    return this.#probe?.isAt(address) === true
  }

  /**
   * Watches that node until it is a master; in place of a node watched before. A master that
   * was left may be chosen again before it has been made a replica: that it says `master` proves nothing then.
   */
  probe(address: Address): void {
    if (this.isProbing(address)) return
    this.#probe?.stop()
    const { runtime, dial, connectTimeout, probeInterval } = this.#context
    const { leftMasters, onPromoted, onProbeFailed } = this.#context
    this.#probe = new PromotionProbe(address, {
      runtime,
      dial,
      roleTimeout: connectTimeout,
      interval: probeInterval === false ? promotedInterval : probeInterval,
      backoff: new Backoff(promotedInterval, 200, runtime.random),
      onFailure: onProbeFailed,
      onReplica: () => leftMasters.delete(address),
      onPromoted: (connection) => {
        const { openOn, isMasterGone } = this.#context
        const isSure =
          isSameAddress(this.#confirmed, address) ||
          this.#isDemoted ||
          (!leftMasters.has(address) && (openOn === 'proven' || isMasterGone()))
        if (!isSure) return false
        onPromoted(connection)
        return true
      },
    })
  }

  /**
   * The gate is left.
   *
   * @param kept the connection that was taken over, if one was
   */
  end(fate: MasterFate, kept?: ShardConnection): void {
    this.#isEnded = true
    this.#timer.cancel()
    this.#oldMaster?.end()
    const { oldMaster } = this.#context
    if (oldMaster !== undefined) oldMaster.replyHold = undefined
    if (fate === 'stays') this.withheld.release()
    else this.withheld.refute()
    this.#probe?.stop(kept)
    this.#probe = undefined
  }

  #attemptsBut(leader: Address): readonly FailoverAttempt[] {
    return this.#attempts.filter((it) => !isSameAddress(it.leader, leader))
  }

  #setAttempts(attempts: readonly FailoverAttempt[]): void {
    this.#attempts = attempts
    this.#oldMaster?.setCandidates(attempts.map(({ replica }) => replica))
  }

  /** It lasts as long as there is news of the failover. */
  #startTimer(): Timer {
    const { runtime, timeout, isUnderWay, onTimeout } = this.#context
    return runtime.setTimer(() => {
      if (isUnderWay()) this.#timer = this.#startTimer()
      else onTimeout()
    }, timeout)
  }
}
