import { Journal } from '../core/journal.js'
import { Random } from '../core/random.js'
import { VirtualTime } from '../core/virtual-time.js'
import { Network } from '../network/network.js'
import { defaultNodeOptions } from '../node/node-options.js'
import { type NodeObserver, RedisNode } from '../node/redis-node.js'
import type { ServerAddress } from '../node/server-messages.js'
import type { SentinelConfig } from '../sentinel/sentinel-config.js'
import { SentinelServer, sentinelPort } from '../sentinel/sentinel-server.js'
import { sentinelTimes } from '../sentinel/sentinel-times.js'
import { ClientProcess } from './client-process.js'
import type { ShardPlan, WorldPlan } from './world-plan.js'

/** A Sentinel's event, as whoever is subscribed hears it. */
export interface SentinelEventRecord {
  readonly at: number
  readonly sentinel: string
  readonly channel: string
  readonly payload: string
}

export interface WorldListener extends Partial<NodeObserver> {
  sentinelEvent?(event: SentinelEventRecord): void
}

/** Nodes, Sentinels and clients on a network, in virtual time. */
export class World {
  readonly plan: WorldPlan
  readonly random: Random
  readonly time = new VirtualTime()
  readonly journal: Journal
  readonly network: Network
  readonly nodes: RedisNode[] = []
  readonly sentinels: SentinelServer[] = []
  readonly clients: ClientProcess[] = []
  readonly #listeners: WorldListener[] = []
  readonly #shardOf = new Map<RedisNode, string>()
  readonly #nodesOf = new Map<string, readonly RedisNode[]>()
  /** What each Sentinel's file says at first. */
  readonly #files: SentinelConfig[] = []

  constructor(plan: WorldPlan, seed: string | number, keepsStory = false) {
    this.plan = plan
    this.random = new Random(seed)
    this.journal = new Journal(() => this.time.now, keepsStory)
    const { latency, jitter } = plan
    this.network = new Network(this.time, this.random.fork('network'), { latency, jitter })
    plan.shards.forEach((shard, index) => {
      this.#addShard(shard, index)
    })
    for (let index = 0; index < plan.sentinels; index++) this.#addSentinel(index)
  }

  listen(listener: WorldListener): void {
    this.#listeners.push(listener)
  }

  /** Servers first; Sentinels know of each other and of the replicas, as `@disredis/fleet` has it. */
  start(): void {
    for (const node of this.nodes) node.start()
    this.sentinels.forEach((sentinel, index) => {
      sentinel.start(this.#files[index])
    })
  }

  addClient(): ClientProcess {
    const number = this.clients.length + 1
    const name = `client-${number}`
    const host = this.network.addHost(name, `127.1.200.${number}`)
    const client = new ClientProcess(host, this.network, this.random.fork(name), this.journal)
    this.clients.push(client)
    return client
  }

  nodesOf(shard: string): readonly RedisNode[] {
    return this.#nodesOf.get(shard) ?? []
  }

  shardOf(node: RedisNode): string {
    return this.#shardOf.get(node)!
  }

  /** Where the shard's master was at the beginning. */
  firstMaster(shard: string): RedisNode {
    return this.nodesOf(shard)[0]!
  }

  /** The file of a Sentinel that was set up anew, with another id. */
  freshFile(sentinel: SentinelServer): SentinelConfig {
    const index = this.sentinels.indexOf(sentinel)
    const masters = this.#files[index]!.masters.map((master) => ({ ...master, peers: [] }))
    return { id: sentinel.surroundings.random.hex(40), currentEpoch: 0, masters }
  }

  /** Every server runs, and the Sentinels agree on masters that say that they are ones. */
  isWell(): boolean {
    if (this.sentinels.some(({ isRunning }) => !isRunning)) return false
    return this.plan.shards.every(({ name }) => {
      const masters = this.sentinels.map((sentinel) => sentinel.masters.get(name))
      const hosts = new Set(masters.map((master) => master?.address.host))
      if (hosts.size !== 1) return false
      if (masters.some((it) => it === undefined || it.isFailingOver || it.isSubjectivelyDown)) {
        return false
      }
      const node = this.nodesOf(name).find(({ address }) => hosts.has(address.host))
      return node?.link === undefined && node?.isRunning === true && !node.isLoading
    })
  }

  /** All replicas follow the masters that the Sentinels name. */
  isSettled(): boolean {
    if (!this.isWell()) return false
    return this.plan.shards.every(({ name }) => {
      const master = this.sentinels[0]!.masters.get(name)!.address.host
      return this.nodesOf(name).every(
        ({ address, link }) =>
          address.host === master || (link?.master.host === master && link.isConnected),
      )
    })
  }

  get sentinelAddresses(): readonly ServerAddress[] {
    return this.sentinels.map(({ address }) => address)
  }

  #addShard({ name: shard, replicas, priorities }: ShardPlan, index: number): void {
    let master: ServerAddress | undefined
    for (let number = 0; number <= replicas; number++) {
      const name = `${shard}/${'MRSTUV'[number]}`
      const host = this.network.addHost(name, `127.1.${index + 1}.${number + 1}`)
      const node = new RedisNode(
        {
          ...defaultNodeOptions,
          isValkey: this.plan.isValkey,
          ...this.plan.node,
          priority: priorities?.[number] ?? 100,
          name,
          port: 6379,
          master,
        },
        {
          time: this.time,
          network: this.network,
          host,
          random: this.random.fork(name),
          journal: this.journal,
          observer: {
            executed: (it, record) => {
              for (const listener of this.#listeners) listener.executed?.(it, record)
            },
            roleChanged: (it) => {
              for (const listener of this.#listeners) listener.roleChanged?.(it)
            },
            unaskedWrite: (it, client, command) => {
              for (const listener of this.#listeners) listener.unaskedWrite?.(it, client, command)
            },
          },
        },
      )
      master ??= node.address
      this.nodes.push(node)
      this.#shardOf.set(node, shard)
      this.#nodesOf.set(shard, [...this.nodesOf(shard), node])
    }
  }

  #addSentinel(index: number): void {
    const name = `sentinel-${index + 1}`
    const host = this.network.addHost(name, `127.1.100.${index + 1}`)
    const file = this.#fileOf(index)
    this.#files.push(file)
    const sentinel = new SentinelServer(name, file, {
      time: this.time,
      network: this.network,
      host,
      random: this.random.fork(name),
      journal: this.journal,
      times: { ...sentinelTimes, ...this.plan.times },
      isValkey: this.plan.isValkey,
      onEvent: (it, channel, payload) => {
        const event = { at: this.time.now, sentinel: it.name, channel, payload }
        for (const listener of this.#listeners) listener.sentinelEvent?.(event)
      },
    })
    this.sentinels.push(sentinel)
  }

  #fileOf(index: number): SentinelConfig {
    const { quorum, downAfter, failoverTimeout, parallelSyncs } = this.plan
    return {
      id: idOf(this.random, index),
      currentEpoch: 0,
      masters: this.plan.shards.map(({ name }) => {
        const [master, ...replicas] = this.nodesOf(name).map(({ address }) => address)
        return {
          name,
          address: master!,
          quorum,
          downAfter,
          failoverTimeout,
          parallelSyncs,
          configEpoch: 0,
          leaderEpoch: 0,
          replicas,
          peers: this.#peersOf(index),
        }
      }),
    }
  }

  #peersOf(index: number): { id: string; address: ServerAddress }[] {
    const others = Array.from({ length: this.plan.sentinels }, (_, other) => other)
    return others
      .filter((other) => other !== index)
      .map((other) => ({
        id: idOf(this.random, other),
        address: { host: `127.1.100.${other + 1}`, port: sentinelPort },
      }))
  }
}

function idOf(random: Random, index: number): string {
  return random.fork(`sentinel-${index + 1}/id`).hex(40)
}
