import type { DisredisOptions } from '@disredis/client'
import { type Fleet, type FleetNode, type FleetOptions, startFleet } from '@disredis/fleet'
import { type Address, parseSentinels } from '@disredis/sentinel'
import type { NodeAccess } from '../cli/deployment-settings.js'
import type { Stage } from '../script/plan-script.js'
import { type FaultKind, faultKinds } from '../script/statement.js'
import { untilAborted } from '../time.js'
import type { Deployment } from './deployment.js'
import { FleetMachines } from './fleet-machines.js'
import { SentinelQuestions } from './sentinel-questions.js'

const size = { masters: 3, replicas: 1, sentinels: 3, downAfter: 1_000 } as const
const syncTimeout = 60_000
const open: NodeAccess = { username: undefined, password: undefined, tls: undefined }

/** What a script finds there. */
export const ownFleetStage: Stage = {
  shards: Array.from({ length: size.masters }, (_, i) => `shard-${i + 1}`),
  faults: faultKinds,
}

/** How a test's fleet differs from the demo's. */
export type FleetTuning = Pick<FleetOptions, 'sentinelTimers'>

/** A fleet on this machine that lives as long as the demo: everything in it may be broken. */
export class OwnFleet implements Deployment {
  readonly kind = 'fleet'
  readonly description =
    `${size.masters} masters, ${size.masters * size.replicas} replicas, ` +
    `${size.sentinels} Sentinels, down-after ${size.downAfter / 1000} s`
  readonly clientOptions: DisredisOptions
  readonly data = open
  readonly sentinel = open
  readonly faults = faultKinds
  readonly machines: FleetMachines
  readonly #fleet: Fleet
  readonly #questions: SentinelQuestions
  readonly #broken = new Map<FleetNode, string>()

  private constructor(fleet: Fleet) {
    this.#fleet = fleet
    this.clientOptions = { sentinels: parseSentinels(fleet.sentinels) }
    this.machines = new FleetMachines(fleet, this.#broken)
    // One that was stopped takes connections and answers nothing: whoever asks it waits.
    const active = () =>
      this.machines.sentinels.flatMap(({ isBroken, address }) => (isBroken ? [] : [address]))
    this.#questions = new SentinelQuestions(active, open)
  }

  static async start(tuning: FleetTuning = {}): Promise<OwnFleet> {
    return new OwnFleet(await startFleet({ ...size, masters: ownFleetStage.shards, ...tuning }))
  }

  async masterAddress(shard: string): Promise<Address> {
    return this.#fleet.master(shard).address
  }

  async inject(kind: FaultKind, shard: string): Promise<string> {
    const master = this.#fleet.master(shard)
    if (kind === 'planned') {
      await this.#questions.failover(shard)
    } else {
      this.#broken.set(master, shard)
      await (kind === 'crash' ? master.kill() : master.pause())
    }
    return `${master}`
  }

  brokenNodes(shard: string): readonly string[] {
    return this.#brokenNodes(shard).map((node) => `${node}`)
  }

  async restore(shard: string): Promise<readonly string[]> {
    const nodes = this.#brokenNodes(shard)
    await Promise.all(
      nodes.map(async (node) => {
        await (node.isRunning ? node.resume() : node.restart())
        this.#broken.delete(node)
      }),
    )
    return nodes.map((node) => `${node}`)
  }

  async waitForSync(shard: string, signal: AbortSignal): Promise<void> {
    await untilAborted(this.#fleet.waitForSync(shard, { timeout: syncTimeout }), signal)
    await this.#questions.waitUntilWhole(shard, signal)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#fleet.close()
  }

  #brokenNodes(shard: string): FleetNode[] {
    return [...this.#broken].flatMap(([node, of]) => (of === shard ? [node] : []))
  }
}
