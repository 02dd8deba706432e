import { randomBytes } from 'node:crypto'
import { Disredis } from '@disredis/client'
import type { ExistingSettings } from './cli/deployment-settings.js'
import { logClientEvents } from './client-news.js'
import { ClosingList } from './closing-list.js'
import type { Deployment } from './deployment/deployment.js'
import { ExistingDeployment } from './deployment/existing-deployment.js'
import { type FleetTuning, OwnFleet } from './deployment/own-fleet.js'
import type { EventLog } from './event-log.js'
import { FaultConductor } from './faults/fault-conductor.js'
import { FaultLog } from './faults/fault-log.js'
import type { SentinelNews } from './measurement/sentinel-news.js'
import { SwitchWatch } from './measurement/switch-watch.js'
import { buildReport } from './report/build-report.js'
import type { Report } from './report/report.js'
import { now, untilAborted, withinTime } from './time.js'
import { verifyInBackground } from './verification/background-verification.js'
import { PageRetirement } from './verification/page-retirement.js'
import { Verifier } from './verification/verifier.js'
import { DisredisLoadClient } from './workload/disredis-load-client.js'
import { Workload, type WorkloadOptions } from './workload/workload.js'

/** ms that an end by hand waits for calls, and again for the verification. */
const concludeTimeout = 2_000

export interface DemoOptions {
  /** Undefined: a fleet is started. */
  readonly existing: ExistingSettings | undefined
  /** ms after which verified writes are forgotten; Infinity: at the end all are verified again. */
  readonly retireAfter: number
  readonly log: EventLog
  readonly workload?: WorkloadOptions
  /** How the own fleet differs from the usual one. */
  readonly tuning?: FleetTuning
  /** Ends every wait, that of the start too. */
  readonly signal: AbortSignal
}

/** The parts of the demo at work: deployment, client, traffic, measurement. Views look at them. */
export class Demo implements AsyncDisposable {
  readonly deployment: Deployment
  readonly client: Disredis
  readonly workload: Workload
  readonly conductor: FaultConductor
  readonly faults = new FaultLog()
  readonly log: EventLog
  /** Called for each message of each Sentinel about a failover. One listener. */
  readonly onNews: (listener: (news: SentinelNews) => void) => void
  readonly #closing: ClosingList
  readonly #start = now()
  readonly #background = new AbortController()
  readonly #closed = new AbortController()
  readonly #signal: AbortSignal

  private constructor(
    { log, retireAfter, signal, workload: load }: DemoOptions,
    parts: { deployment: Deployment; client: Disredis; switches: SwitchWatch },
    closing: ClosingList,
  ) {
    const { deployment, client, switches } = parts
    const prefix = `disredis-demo:${randomBytes(4).toString('hex')}`
    const workload = new Workload(new DisredisLoadClient(client), prefix, load)
    const { traffic } = workload
    this.#signal = AbortSignal.any([signal, this.#closed.signal])
    this.deployment = deployment
    this.client = client
    this.log = log
    this.workload = workload
    this.conductor = new FaultConductor({
      deployment,
      client,
      traffic,
      verifier: new Verifier(deployment),
      faults: this.faults,
      log,
      runStart: this.#start,
      signal: this.#signal,
    })
    this.#closing = closing
    this.onNews = (listener) => switches.onNews(listener)
    switches.onSwitch((seen) => this.conductor.switched(seen))
    closing.add(() => this.#removeKeys())
    this.#verifyInBackground(new PageRetirement(retireAfter))
    closing.add(() => workload.abandon())
    closing.add(() => this.#closed.abort())
  }

  /** @throws the client's typed errors, FleetError, or the signal's reason; nothing is left open. */
  static async start(options: DemoOptions): Promise<Demo> {
    const { existing, log, signal } = options
    const closing = new ClosingList()
    try {
      const deployment =
        existing === undefined
          ? await OwnFleet.start(options.tuning)
          : new ExistingDeployment(existing)
      closing.add(() => deployment[Symbol.asyncDispose]())
      log.add(`${existing === undefined ? 'started' : 'using'}: ${deployment.description}`)
      const client = new Disredis({ ...deployment.clientOptions, connectionName: 'disredis-demo' })
      closing.add(() => client.close({ timeout: 0 }))
      logClientEvents(client, log)
      await untilAborted(client.ready(), signal)
      const sentinels = client.topology?.sentinels.map(({ address }) => address) ?? []
      const switches = await SwitchWatch.start(sentinels, deployment.sentinel, (trouble) =>
        log.add(trouble),
      )
      closing.add(() => switches[Symbol.asyncDispose]())
      const demo = new Demo(options, { deployment, client, switches }, closing)
      await untilAborted(demo.workload.start(), signal)
      return demo
    } catch (error) {
      await closing[Symbol.asyncDispose]()
      throw error
    }
  }

  get shards(): readonly string[] {
    return [...this.workload.traffic.keys()]
  }

  /** ms since the start. */
  get elapsed(): number {
    return now() - this.#start
  }

  /**
   * The figures so far.
   *
   * @param isCutShort not every write was looked for, and nobody is to blame
   */
  report(isCutShort = false): Report {
    const { deployment, workload, faults } = this
    return buildReport({ deployment, workload, faults, duration: this.elapsed, isCutShort })
  }

  /**
   * Lets the faults under way come to their end, ends the traffic, restores every shard, and looks for
   * every acknowledged write again.
   */
  async finish(): Promise<Report> {
    this.#background.abort()
    await untilAborted(this.conductor.end(), this.#signal)
    await untilAborted(this.workload.stop(), this.#signal)
    await this.conductor.restore()
    for (const { ledger } of this.workload.traffic.values()) ledger.doubt()
    await this.conductor.sync()
    return this.report()
  }

  /** Removes what others wrote under a prefix; a fleet of our own goes as a whole. */
  async removeKeysOf(prefix: string): Promise<void> {
    if (this.deployment.kind === 'fleet') return
    try {
      for await (const keys of this.client.scanStream({ match: `${prefix}*`, count: 1_000 })) {
        if (keys.length > 0) await this.client.unlink(...keys)
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.log.add(`Keys that begin with ${prefix} were not removed: ${reason}`)
    }
  }

  /**
   * Ends within seconds: no more calls, and every acknowledged write is looked for on the masters as
   * they are. A fault that is not over is left as it is, and nothing is said of its shard.
   */
  async conclude(): Promise<Report> {
    this.#background.abort()
    const { conductor, workload, shards } = this
    // A call on a shard that is away would be waited for until its deadline.
    await workload.stop(concludeTimeout).catch(() => undefined)
    const skipped: string[] = []
    await Promise.all(
      shards.map(async (shard) => {
        const isFaulted = conductor.awaited(shard) !== undefined
        const isVerified =
          !isFaulted && (await withinTime(conductor.verify(shard), concludeTimeout))
        if (!isVerified) skipped.push(shard)
      }),
    )
    for (const shard of skipped) this.log.add(`${shard}: not verified, its fault is not over`)
    return this.report(skipped.length > 0)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing[Symbol.asyncDispose]()
  }

  #verifyInBackground(retirement: PageRetirement): void {
    const { conductor, log, workload } = this
    const loop = verifyInBackground({
      conductor,
      shards: this.shards,
      signal: this.#background.signal,
      onVerified: async () => {
        for (const { ledger } of workload.traffic.values()) {
          await workload.discard(retirement.retire(ledger, now()))
        }
      },
      onTrouble: (message) => log.add(message),
    })
    this.#closing.add(async () => {
      this.#background.abort()
      await loop
    })
  }

  /** A fleet of our own goes as a whole; elsewhere nothing is left behind. */
  async #removeKeys(): Promise<void> {
    if (this.deployment.kind === 'fleet') return
    try {
      await this.workload.removeKeys()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.log.add(`Keys that begin with ${this.workload.prefix} were not removed: ${reason}`)
    }
  }
}
