import { type Address, isSameAddress, type Runtime, type Timer } from '@disredis/sentinel'
import type { ShardConnection } from '../connection/shard-connection.js'
import { Backoff } from '../queueing/backoff.js'
import { PromotionProbe } from './promotion-probe.js'

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

export interface GateContext extends GateOptions {
  readonly runtime: Runtime
  readonly connectTimeout: number
  readonly dial: (address: Address, signal: AbortSignal) => Promise<ShardConnection>
  /** The old master is lost or silent: there is nothing that a promotion could be undone in favour of. */
  readonly isMasterGone: () => boolean
  /** Takes the connection to the new master over. The gate is to be ended. */
  readonly onPromoted: (connection: ShardConnection) => void
  readonly onTimeout: () => void
}

/** ms between two questions once Sentinel itself said that the replica was promoted. */
const promotedInterval = 10

/** A failover under way: writes are held as long as it exists. */
export class FailoverGate {
  /** When the master was lost, or else when the failover was announced. */
  readonly since: number
  readonly #master: Address
  readonly #context: GateContext
  readonly #timer: Timer
  #probe: PromotionProbe | undefined
  /** The node that Sentinel said is promoted. */
  #confirmed: Address | undefined

  constructor(master: Address, lostAt: number | undefined, context: GateContext) {
    this.#master = master
    this.#context = context
    this.since = lostAt ?? context.runtime.now()
    this.#timer = context.runtime.setTimer(context.onTimeout, context.timeout)
  }

  /** Whether it is this master that is being replaced. */
  isOf(address: Address): boolean {
    return isSameAddress(this.#master, address)
  }

  /** Sentinel said that this node is the master now. */
  confirm(address: Address): void {
    this.#confirmed = address
  }

  isProbing(address: Address): boolean {
    return this.#probe?.isAt(address) === true
  }

  /** Watches that node until it is a master; in place of a node watched before. */
  probe(address: Address): void {
    if (this.isProbing(address)) return
    this.#probe?.stop()
    const { runtime, dial, connectTimeout, probeInterval, onPromoted } = this.#context
    this.#probe = new PromotionProbe(address, {
      runtime,
      dial,
      roleTimeout: connectTimeout,
      interval: probeInterval === false ? promotedInterval : probeInterval,
      backoff: new Backoff(promotedInterval, 200, runtime.random),
      onPromoted: (connection) => {
        const { openOn, isMasterGone } = this.#context
        const isConfirmed = isSameAddress(this.#confirmed, address)
        if (!isConfirmed && openOn === 'confirmed' && !isMasterGone()) return false
        onPromoted(connection)
        return true
      },
    })
  }

  /** @param kept the connection that was taken over, if one was */
  end(kept?: ShardConnection): void {
    this.#timer.cancel()
    this.#probe?.stop(kept)
    this.#probe = undefined
  }
}
