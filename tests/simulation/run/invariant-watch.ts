import type { Host } from '../network/host.js'
import type { RedisNode } from '../node/redis-node.js'
import type { FailoverRecords } from '../oracle/failover-records.js'
import type { Schedule } from '../schedule/schedule.js'
import type { Application } from '../workload/application.js'
import type { Ledger } from '../workload/ledger.js'
import type { World } from '../world/world.js'
import { BeliefWatch } from './belief-watch.js'

type Violate = (kind: string, what: string) => void

/** Each so many events in which a client ran, all of its state is looked at. */
const lookEvery = 16

/** ms by which a deadline may be missed while the world runs. */
const slack = 200

/** ms beyond the limit of the gate that a client gets to reach the node that all Sentinels name. */
const longestDial = 3000

/** ms within which a gate opens when it has nothing to wait for. */
const longestOpening = 500

interface Stall {
  readonly from: number
  readonly to: number
}

/** What has to hold at any moment. */
export class InvariantWatch {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #applications: readonly Application[]
  readonly #violate: Violate
  readonly #records: FailoverRecords
  readonly #onReached: (what: string) => void
  readonly #beliefs: BeliefWatch
  /** By client and shard. */
  readonly #phases = new Map<string, string>()
  readonly #stalls = new Map<string, Stall[]>()
  /** Since when a client has been at a node that no Sentinel names. */
  readonly #disowned = new Map<string, number>()
  /** By client and shard: when the named master was out of reach last, while a gate was closed. */
  readonly #outOfReach = new Map<string, number>()
  #events = 0

  constructor(
    world: World,
    schedule: Schedule,
    ledger: Ledger,
    applications: readonly Application[],
    records: FailoverRecords,
    violate: Violate,
    onReached: (what: string) => void,
  ) {
    this.#records = records
    this.#onReached = onReached
    this.#world = world
    this.#ledger = ledger
    this.#applications = applications
    this.#violate = violate
    this.#beliefs = new BeliefWatch(world, schedule, violate, (...it) => this.stalledFor(...it))
    for (const { process, name } of applications) {
      process.onStall = (duration) => {
        const from = world.time.now
        const stalls = this.#stalls.get(name) ?? []
        stalls.push({ from, to: from + duration })
        this.#stalls.set(name, stalls)
      }
    }
  }

  start(): void {
    this.#world.time.onAfterEvent(() => {
      if (this.#events++ % lookEvery === 0) this.#look()
    })
  }

  stalledFor(client: string, from: number, to: number): number {
    let sum = 0
    for (const stall of this.#stalls.get(client) ?? []) {
      sum += Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from))
    }
    return sum
  }

  /** What is published on a channel that was subscribed once is heard. */
  async checkSubscriptions(applications: readonly Application[]): Promise<void> {
    const { time } = this.#world
    for (const { subscriber, client, process, name } of applications) {
      if (subscriber === undefined) continue
      let missing = [...subscriber.confirmed]
      // A connection that is dead without knowing costs the first messages.
      for (let round = 0; round < 3 && missing.length > 0; round++) {
        const text = `at ${time.now}`
        const unheard = () =>
          [...subscriber.confirmed].filter((it) => !subscriber.heard.has(`${it} ${text}`))
        process.enter()
        for (const channel of subscriber.confirmed) client!.publish(channel, text).catch(() => {})
        await time.run(time.now + 2000, () => unheard().length === 0)
        missing = unheard()
      }
      if (missing.length === 0) continue
      this.#violate('subscription lost', `${name} does not hear ${missing.join(', ')}`)
    }
  }

  #look(): void {
    const { now } = this.#world.time
    for (const operation of this.#ledger.pending) {
      if (operation.isApart) continue
      const { client, issuedAt, deadline } = operation
      if (now <= deadline + slack) continue
      if (now - this.stalledFor(client, issuedAt, now) <= deadline + slack) continue
      this.#violate('open after its deadline', `${operation.kind} ${operation.key} of ${issuedAt}`)
    }
    this.#beliefs.look(this.#applications)
    for (const application of this.#applications) {
      const { client, plan, name, isClosed } = application
      if (client === undefined || isClosed) continue
      for (const { shard, queue, inFlight, phase, master } of client.health().shards) {
        const key = `${name} ${shard}`
        const before = this.#phases.get(key) ?? 'connecting'
        if (before !== phase) this.#onReached(`shard ${before} -> ${phase}`)
        this.#phases.set(key, phase)
        if (phase === 'ready') this.#lookAtMaster(application, shard, master?.host)
        if (phase === 'gated') this.#lookAtGate(application, shard)
        // What comes back from a lost connection is admitted beyond the limit.
        if (queue.commands > plan.queueCommands + inFlight + 200) {
          this.#violate('queue beyond its limit', `${name} ${shard}: ${queue.commands}`)
        }
        if (queue.commands < 0 || queue.bytes < 0 || inFlight < 0) {
          this.#violate('queue counts wrong', `${name} ${shard}: ${JSON.stringify(queue)}`)
        }
      }
    }
  }

  /** Of a failover that was given up nothing is held, if there is a master to write to. */
  #lookAtGate({ name, client, process, renamedAt, plan }: Application, shard: string): void {
    const { now } = this.#world.time
    const since = now - longestOpening
    const named = client?.topology?.shards.get(shard)?.master.host
    const node = this.#world.nodesOf(shard).find(({ address }) => address.host === named)
    // One that cannot be dialled is waited for, and one that could not is dialled with patience.
    if (node === undefined || !this.#isInReach(process.host, node)) {
      this.#outOfReach.set(`${name} ${shard}`, now)
    }
    const outAt = this.#outOfReach.get(`${name} ${shard}`) ?? Number.NEGATIVE_INFINITY
    if (outAt > since - plan.connectTimeout) return
    if (!this.#records.isGivenUp(name, shard, since)) return
    if (
      node?.link !== undefined ||
      (renamedAt.get(shard) ?? 0) > since ||
      this.stalledFor(name, since, since + longestOpening) > 0
    )
      return
    this.#violate('held for nothing', `${name} ${shard} is gated, and its failover was given up`)
  }

  #isInReach(host: Host, { isRunning, isLoading, surroundings }: RedisNode): boolean {
    const { network } = this.#world
    const other = surroundings.host
    const isOpen = !network.isCut(host, other) && !network.isCut(other, host)
    return isRunning && !isLoading && !other.isFrozen && isOpen && !network.isSlow(other)
  }

  /** A node that all Sentinels disown, while the one that they name is there to be used. */
  #lookAtMaster(
    { name, process, plan }: Application,
    shard: string,
    host: string | undefined,
  ): void {
    const { time, sentinels, network } = this.#world
    const key = `${name} ${shard}`
    const named = new Set(sentinels.map((it) => it.masters.get(shard)?.address.host))
    const [right] = named
    const node = this.#world.nodesOf(shard).find(({ address }) => address.host === right)
    const isDisowned = named.size === 1 && right !== host && right !== undefined
    const isThere =
      node?.isRunning === true &&
      node.link === undefined &&
      !node.isLoading &&
      [node.surroundings.host, ...sentinels.map((it) => it.surroundings.host)].every(
        (it) =>
          !it.isFrozen && !network.isCut(process.host, it) && !network.isCut(it, process.host),
      ) &&
      sentinels.every(
        ({ isRunning, masters }) => isRunning && masters.get(shard)?.isFailingOver !== true,
      )
    if (!isDisowned || !isThere) {
      this.#disowned.delete(key)
      return
    }
    const since = this.#disowned.get(key) ?? time.now
    this.#disowned.set(key, since)
    if (time.now - since < plan.gateTimeout + longestDial) return
    this.#disowned.set(key, time.now)
    this.#violate(
      'stays where no Sentinel wants it',
      `${name} writes to ${host}, and all Sentinels have named ${right} for ${(time.now - since).toFixed(0)} ms`,
    )
  }
}
