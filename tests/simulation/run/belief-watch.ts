import type { Schedule } from '../schedule/schedule.js'
import { currentAddress } from '../sentinel/instances.js'
import type { SentinelServer } from '../sentinel/sentinel-server.js'
import type { Application } from '../workload/application.js'
import type { World } from '../world/world.js'

type Violate = (kind: string, what: string) => void

/** ms in which what a Sentinel says has reached each client that hears it: it is asked every second at least. */
const longestQuestion = 3000

/** ms for which one Sentinel is believed that the others contradict, less what it takes to ask it. */
const longestLead = 9000

/** Epochs begin anew: a lower one may be the right one. */
const restarting: readonly string[] = ['sentinelWipe', 'sentinelReset', 'sentinelForgets']

/** Where a Sentinel says that a master is. */
interface Claim {
  readonly host: string
  readonly epoch: number
  readonly since: number
}

/** A client believes the highest config-epoch of which a Sentinel has told it. */
export class BeliefWatch {
  readonly #world: World
  readonly #isSilent: boolean
  readonly #violate: Violate
  readonly #stalledFor: (client: string, from: number, to: number) => number
  /** By Sentinel and shard. */
  readonly #claims = new Map<string, Claim>()
  /** By client and Sentinel: since when each look has found it heard. */
  readonly #heardSince = new Map<string, number>()

  constructor(
    world: World,
    schedule: Schedule,
    violate: Violate,
    stalledFor: (client: string, from: number, to: number) => number,
  ) {
    this.#world = world
    this.#isSilent = schedule.faults.some(({ kind }) => restarting.includes(kind))
    this.#violate = violate
    this.#stalledFor = stalledFor
  }

  look(applications: readonly Application[]): void {
    if (this.#isSilent) return
    for (const sentinel of this.#world.sentinels) {
      this.#noteClaims(sentinel)
      for (const application of applications) this.#lookAt(application, sentinel)
    }
  }

  #noteClaims({ name, masters }: SentinelServer): void {
    for (const [shard, master] of masters) {
      const { host } = currentAddress(master)
      const { configEpoch: epoch } = master
      const known = this.#claims.get(`${name} ${shard}`)
      if (known?.host === host && known.epoch === epoch) continue
      this.#claims.set(`${name} ${shard}`, { host, epoch, since: this.#world.time.now })
    }
  }

  #lookAt(application: Application, sentinel: SentinelServer): void {
    const { now } = this.#world.time
    const key = `${application.name} ${sentinel.name}`
    if (!this.#isHeard(application, sentinel)) {
      this.#heardSince.delete(key)
      return
    }
    const heardSince = this.#heardSince.get(key) ?? now
    this.#heardSince.set(key, heardSince)
    for (const [name, { configEpoch }] of application.client!.topology!.shards) {
      const claim = this.#claims.get(`${sentinel.name} ${name}`)
      if (claim === undefined || claim.epoch <= configEpoch) continue
      const from = Math.max(claim.since, heardSince)
      const isKnown = now - from > longestQuestion && now - claim.since < longestLead
      if (!isKnown || this.#stalledFor(application.name, from, now) > 0) continue
      if (!this.#isMasterThere(name, claim)) continue
      this.#violate(
        'an older epoch is believed',
        `${application.name} has ${name} at epoch ${configEpoch}, and ${sentinel.name} has said epoch ${claim.epoch} at ${claim.host} since ${claim.since.toFixed(1)}`,
      )
    }
  }

  #isHeard({ client, isClosed, process }: Application, sentinel: SentinelServer): boolean {
    const { network } = this.#world
    const { host } = sentinel.surroundings
    const known = client?.topology?.sentinels.find(({ address }) => address.host === host.ip)
    return (
      !isClosed &&
      known?.isConnected === true &&
      sentinel.isRunning &&
      !host.isFrozen &&
      !network.isCut(host, process.host) &&
      !network.isCut(process.host, host)
    )
  }

  /** One that is a master since before it was named: no client can have found it to be a replica. */
  #isMasterThere(shard: string, { host, since }: Claim): boolean {
    const node = this.#world.nodesOf(shard).find(({ address }) => address.host === host)
    return node?.isRunning === true && node.link === undefined && node.masterSince <= since
  }
}
