import type { Disredis } from '@disredis/client'
import { type Address, formatAddress } from '@disredis/sentinel'
import { type Deployment, DeploymentError } from '../deployment/deployment.js'
import type { EventLog } from '../event-log.js'
import type { SwitchSeen } from '../measurement/switch-watch.js'
import type { FaultKind } from '../script/statement.js'
import { DeadlineError, now, waitUntil } from '../time.js'
import type { Verifier } from '../verification/verifier.js'
import type { ShardTraffic } from '../workload/shard-traffic.js'
import type { FaultLog } from './fault-log.js'
import { FaultWatch } from './fault-watch.js'

export interface ConductorContext {
  readonly deployment: Deployment
  readonly client: Disredis
  readonly traffic: ReadonlyMap<string, ShardTraffic>
  readonly verifier: Verifier
  readonly faults: FaultLog
  readonly log: EventLog
  /** The time that faults are counted from. */
  readonly runStart: number
  /** Ends every wait. */
  readonly signal: AbortSignal
}

/** ms after which a shard that is not served again counts as not recovered. */
const recoveryTimeout = 60_000

/** Brings faults to shards one at a time each, measures them, and verifies the shards between them. */
export class FaultConductor {
  readonly #context: ConductorContext
  readonly #watches = new Map<string, FaultWatch>()
  readonly #busy = new Map<string, Promise<void>>()
  #isEnding = false

  constructor(context: ConductorContext) {
    this.#context = context
  }

  /** The fault that a shard has now. */
  current(shard: string): FaultWatch | undefined {
    return this.#watches.get(shard)
  }

  /** Whether any shard has a fault now. */
  get isFaulted(): boolean {
    return this.#watches.size > 0
  }

  /** To be told what every Sentinel publishes. */
  switched(seen: SwitchSeen): void {
    this.#watches.get(seen.shard)?.switched(seen)
  }

  /**
   * Syncs the shard, takes its master away, and resolves when the shard is served again or will not
   * be: see the fault log.
   *
   * @throws DeploymentError if the shard has a fault, or nodes that were not restored
   */
  async inject(kind: FaultKind, shard: string): Promise<void> {
    const refuse = (reason: string) => {
      throw new DeploymentError(`No ${kind} of ${shard} now: ${reason}`)
    }
    const broken = this.#context.deployment.brokenNodes(shard)
    if (this.#busy.has(shard)) refuse('its last fault is not over.')
    if (broken.length > 0) refuse(`${broken.join(', ')} is down. Restore it first.`)
    const fault = this.sync(shard).then(() => {
      if (this.#isEnding) refuse('the demo is ending.')
      return this.#breakAndFollow(kind, shard)
    })
    this.#busy.set(shard, fault)
    try {
      await fault
    } finally {
      this.#busy.delete(shard)
    }
  }

  /** Begins no more faults, and resolves when those under way are over and on record. */
  async end(): Promise<void> {
    this.#isEnding = true
    await Promise.allSettled(this.#busy.values())
  }

  /**
   * Brings back what was crashed or frozen; on every shard by default. Resolves when it answers, or
   * when a shard is whole whose fault is not over yet.
   */
  async restore(shard?: string): Promise<void> {
    const { deployment, log, signal } = this.#context
    for (const name of this.#names(shard)) {
      const nodes = await deployment.restore(name)
      for (const node of nodes) log.add(`restored: ${node} of ${name}`)
      const watch = this.#watches.get(name)
      if (nodes.length === 0 || watch === undefined) continue
      await deployment.waitForSync(name, signal)
      watch.stays(await deployment.masterAddress(name))
    }
  }

  /** Waits until the shard is whole, or all are, and verifies every acknowledged write. */
  async sync(shard?: string): Promise<void> {
    const { deployment, signal } = this.#context
    await Promise.all(
      this.#names(shard).map(async (name) => {
        await deployment.waitForSync(name, signal)
        await this.verify(name)
      }),
    )
  }

  /** @throws Error if the master cannot be asked */
  async verify(shard: string): Promise<void> {
    const { verifier, faults, log } = this.#context
    const found = await verifier.verify(this.#trafficOf(shard))
    faults.found(shard, found)
    if (found.lost > 0) log.add(`${shard}: ${found.lost} acknowledged writes are lost`)
    if (found.duplicated > 0) log.add(`${shard}: ${found.duplicated} writes were executed twice`)
  }

  async #breakAndFollow(kind: FaultKind, shard: string): Promise<void> {
    const { deployment, log } = this.#context
    const traffic = this.#trafficOf(shard)
    const { lastAcknowledgement } = traffic
    const watch = new FaultWatch({ kind, shard, at: now(), lastAcknowledgement })
    this.#watches.set(shard, watch)
    traffic.watch(watch)
    traffic.ledger.doubt()
    try {
      const node = await deployment.inject(kind, shard)
      log.add(`${describe[kind]}: ${node}, master of ${shard}`)
      await this.#follow(watch, node)
    } finally {
      // Again: a verification that was under way has asked the master of before.
      traffic.ledger.doubt()
      traffic.unwatch()
      this.#watches.delete(shard)
    }
  }

  async #follow(watch: FaultWatch, node: string): Promise<void> {
    const { faults, log, runStart } = this.#context
    const missing = await this.#recovered(watch)
    const record = watch.record(node, missing === undefined, runStart)
    faults.add(record)
    const { shard, gap, afterSwitchMaster, newMaster } = record
    if (missing !== undefined) {
      log.add(`${shard} is not served again. ${missing}`)
    } else if (newMaster === null || afterSwitchMaster === null) {
      log.add(`${shard} served again by the same master after ${Math.round(gap ?? 0)} ms`)
    } else {
      const lag = Math.round(afterSwitchMaster)
      const when = `${Math.abs(lag)} ms ${lag < 0 ? 'before' : 'after'} +switch-master`
      const master = formatAddress(newMaster)
      log.add(`${shard} served by ${master} after ${Math.round(gap ?? 0)} ms, ${when}`)
    }
  }

  /** @returns what is missing at the end of its time; undefined: nothing */
  async #recovered(watch: FaultWatch): Promise<string | undefined> {
    const { signal } = this.#context
    try {
      await waitUntil({ timeout: recoveryTimeout, interval: 10, signal }, () =>
        watch.whyNotOver(this.#servedBy(watch.shard)),
      )
      return undefined
    } catch (error) {
      if (error instanceof DeadlineError) return error.message
      throw error
    }
  }

  #servedBy(shard: string): Address | undefined {
    const health = this.#context.client.health().shards.find((one) => one.shard === shard)
    return health?.phase === 'ready' ? health.master : undefined
  }

  #names(shard: string | undefined): readonly string[] {
    return shard === undefined ? [...this.#context.traffic.keys()] : [shard]
  }

  #trafficOf(shard: string): ShardTraffic {
    const traffic = this.#context.traffic.get(shard)
    if (traffic === undefined) throw new DeploymentError(`There is no shard ${shard}.`)
    return traffic
  }
}

const describe: Readonly<Record<FaultKind, string>> = {
  crash: 'crash (kill -9)',
  freeze: 'freeze (SIGSTOP)',
  planned: 'planned failover',
}
