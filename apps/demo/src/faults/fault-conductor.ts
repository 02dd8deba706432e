import type { Disredis } from '@disredis/client'
import { type Address, formatAddress } from '@disredis/sentinel'
import { type Deployment, DeploymentError, type Machines } from '../deployment/deployment.js'
import type { EventLog } from '../event-log.js'
import type { SwitchSeen } from '../measurement/switch-watch.js'
import type { FaultKind, ShardFaultKind } from '../script/statement.js'
import { DeadlineError, now, waitUntil } from '../time.js'
import type { Verifier } from '../verification/verifier.js'
import type { ShardTraffic } from '../workload/shard-traffic.js'
import type { FaultLog } from './fault-log.js'
import type { FaultRecord } from './fault-record.js'
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

/** Told of each fault as it comes and goes. */
export interface FaultListener {
  faultBegins(watch: FaultWatch): void
  /** Undefined: it was given up before its end. */
  faultEnds(watch: FaultWatch, record: FaultRecord | undefined): void
}

/** ms after which a shard that is not served again counts as not recovered. */
const recoveryTimeout = 60_000

/** Brings faults to shards one at a time each, measures them, and verifies the shards between them. */
export class FaultConductor {
  readonly #context: ConductorContext
  readonly #watches = new Map<string, FaultWatch>()
  readonly #busy = new Map<
    string,
    { readonly kind: ShardFaultKind; readonly fault: Promise<void> }
  >()
  readonly #listeners: FaultListener[] = []
  #isEnding = false

  constructor(context: ConductorContext) {
    this.#context = context
  }

  /** The fault that a shard has now. */
  current(shard: string): FaultWatch | undefined {
    return this.#watches.get(shard)
  }

  /** The fault that a shard will have as soon as it is in sync, or has now. */
  awaited(shard: string): ShardFaultKind | undefined {
    return this.#busy.get(shard)?.kind
  }

  /** Whether any shard has a fault now. */
  get isFaulted(): boolean {
    return this.#watches.size > 0
  }

  addListener(listener: FaultListener): void {
    this.#listeners.push(listener)
  }

  /** To be told what every Sentinel publishes. */
  switched(seen: SwitchSeen): void {
    this.#watches.get(seen.shard)?.switched(seen)
  }

  /** Why a fault of the shard would be refused; undefined: it would not. */
  whyNot(shard: string): string | undefined {
    const broken = this.#context.deployment.brokenNodes(shard)
    if (this.#busy.has(shard)) return 'its last fault is not over.'
    if (broken.length > 0) return `${broken.join(', ')} is down. Restore it first.`
    return this.#isEnding ? 'the demo is ending.' : undefined
  }

  /** Why a server cannot be cut off now; undefined: it can. */
  whyNotCut(server: string): string | undefined {
    const machines = this.#machines()
    const broken = machines.sentinels.filter(({ isBroken }) => isBroken)
    if (broken.length > 0) return `${broken[0]?.name} is down. Restore it first.`
    for (const shard of this.#shardsOn(server)) {
      const reason = this.whyNot(shard)
      if (reason !== undefined) return `${shard}: ${reason}`
    }
    return undefined
  }

  /**
   * Syncs the shard, takes its master away, and resolves when the shard is served again or will not
   * be: see the fault log.
   *
   * @throws DeploymentError if the shard has a fault, or nodes that were not restored
   */
  inject(kind: FaultKind, shard: string): Promise<void> {
    return this.#occupy([shard], kind, this.whyNot(shard), async () => {
      await this.sync(shard)
      if (this.#isEnding) refuse(kind, shard, 'the demo is ending.')
      await this.#breakAndFollow(kind, shard, () => this.#context.deployment.inject(kind, shard))
    })
  }

  /**
   * Syncs the shards of a server, takes all its nodes away at once, and resolves when every shard
   * whose master was there is served again or will not be.
   *
   * @throws DeploymentError as {@link inject} does
   */
  async cut(server: string): Promise<void> {
    const { log } = this.#context
    const machines = this.#machines()
    const shards = this.#shardsOn(server)
    return this.#occupy(shards, 'cut', this.whyNotCut(server), async () => {
      await Promise.all(shards.map((shard) => this.sync(shard)))
      if (this.#isEnding) refuse('cut', server, 'the demo is ending.')
      const lost = machines.mastersOn(server)
      const nodes = machines.servers.find(({ name }) => name === server)?.nodes ?? []
      log.add(`cut off: ${server} with ${nodes.join(', ')}`)
      // Once, when the shards' watches stand.
      let cutting: Promise<void> | undefined
      const inject = async () => {
        cutting ??= machines.cut(server)
        await cutting
        return server
      }
      if (lost.length === 0) await inject()
      await Promise.all(lost.map((shard) => this.#breakAndFollow('cut', shard, inject)))
    })
  }

  /** @throws DeploymentError if there is none of that name */
  async killSentinel(name: string): Promise<void> {
    await this.#machines().killSentinel(name)
    this.#context.log.add(`killed: ${name}`)
  }

  /** Begins no more faults, and resolves when those under way are over and on record. */
  async end(): Promise<void> {
    this.#isEnding = true
    await Promise.allSettled([...this.#busy.values()].map(({ fault }) => fault))
  }

  /**
   * Brings back what was crashed or frozen; on every shard by default, and the Sentinels then.
   * Resolves when it answers, or when a shard is whole whose fault is not over yet.
   */
  async restore(shard?: string): Promise<void> {
    const { deployment, log, signal } = this.#context
    const sentinels = shard === undefined ? await deployment.machines?.restoreSentinels() : []
    for (const name of sentinels ?? []) log.add(`restored: ${name}`)
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

  async #occupy(
    shards: readonly string[],
    kind: ShardFaultKind,
    reason: string | undefined,
    run: () => Promise<void>,
  ): Promise<void> {
    if (reason !== undefined) refuse(kind, shards.join(', '), reason)
    const fault = run()
    for (const shard of shards) this.#busy.set(shard, { kind, fault })
    try {
      await fault
    } finally {
      for (const shard of shards) this.#busy.delete(shard)
    }
  }

  async #breakAndFollow(
    kind: ShardFaultKind,
    shard: string,
    inject: () => Promise<string>,
  ): Promise<void> {
    const { log } = this.#context
    const traffic = this.#trafficOf(shard)
    const { lastAcknowledgement } = traffic
    const watch = new FaultWatch({ kind, shard, at: now(), lastAcknowledgement })
    this.#watches.set(shard, watch)
    traffic.watch(watch)
    traffic.ledger.doubt()
    for (const listener of this.#listeners) listener.faultBegins(watch)
    let record: FaultRecord | undefined
    try {
      const node = await inject()
      log.add(`${describe[kind]}: ${node}, master of ${shard}`)
      record = await this.#follow(watch, node)
    } finally {
      // Again: a verification that was under way has asked the master of before.
      traffic.ledger.doubt()
      traffic.unwatch()
      this.#watches.delete(shard)
      for (const listener of this.#listeners) listener.faultEnds(watch, record)
    }
  }

  async #follow(watch: FaultWatch, node: string): Promise<FaultRecord> {
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
    return record
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

  #machines(): Machines {
    const { machines } = this.#context.deployment
    if (machines !== undefined) return machines
    throw new DeploymentError('The demo breaks no servers or Sentinels that it did not start.')
  }

  #shardsOn(server: string): readonly string[] {
    const found = this.#machines().servers.find(({ name }) => name === server)
    if (found === undefined) throw new DeploymentError(`There is no server ${server}.`)
    return found.shards
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

function refuse(kind: ShardFaultKind, where: string, reason: string): never {
  throw new DeploymentError(`No ${kind} of ${where} now: ${reason}`)
}

const describe: Readonly<Record<ShardFaultKind, string>> = {
  crash: 'crash (kill -9)',
  freeze: 'freeze (SIGSTOP)',
  planned: 'planned failover',
  cut: 'cut off',
}
