import { type Address, formatAddress } from '@disredis/connection'
import { FleetError } from './fleet-error.js'
import type { FleetNode } from './fleet-node.js'
import { type AddMasterOptions, checkMasterName, count } from './fleet-options.js'
import type { FleetWorkshop } from './fleet-workshop.js'
import { type ExpectedShard, syncCheck, whyNotMaster } from './in-sync.js'
import type { SentinelNode } from './sentinel-setup.js'
import { readSentinelView } from './sentinel-state.js'
import type { TlsFiles } from './tls-files.js'
import { deadlineIn, waitFor } from './wait-for.js'
import { whyNotWatched } from './watched.js'

/** Limits of a wait. */
export interface WaitOptions {
  /** ms. Default: the fleet's `timeout`, 60000. */
  readonly timeout?: number
}

export interface WaitForMasterOptions extends WaitOptions {
  /** Waits until the master is another node than this. */
  readonly not?: FleetNode
}

/** A running deployment: masters, their replicas, and the Sentinels that watch them. */
export class Fleet implements AsyncDisposable {
  /** `host:port` of every Sentinel, also of those that are down: the option that clients take. */
  readonly sentinels: readonly string[]
  /** With `tls`: what clients need to connect. `ca`, `cert` and `key` are PEM text. */
  readonly tls: TlsFiles | undefined
  readonly #workshop: FleetWorkshop
  readonly #sentinels: readonly SentinelNode[]
  readonly #shards: Map<string, readonly FleetNode[]>
  readonly #starting = new Set<string>()
  #closing: Promise<void> | undefined

  /** @internal Use `startFleet`. */
  constructor(
    workshop: FleetWorkshop,
    sentinels: readonly SentinelNode[],
    shards: ReadonlyMap<string, readonly FleetNode[]>,
  ) {
    this.#workshop = workshop
    this.#sentinels = sentinels
    this.#shards = new Map(shards)
    this.sentinels = Object.freeze(sentinels.map(({ node }) => formatAddress(node.address)))
    this.tls = workshop.access.tls
  }

  /** Names of the masters. */
  get masters(): readonly string[] {
    return [...this.#shards.keys()]
  }

  /**
   * The node that is master now: the one that Sentinel's newest configuration names. A replica that
   * Sentinel has promoted counts from the moment Sentinel tells clients so. Asks no server, so it
   * works with any of them down.
   *
   * @param name may be left out when there is one master.
   */
  master(name?: string): FleetNode {
    const shard = this.#shard(name)
    const nodes = this.#nodesOf(shard)
    const views = this.#sentinels
      .map(({ node }) => readSentinelView(node.configFile, shard))
      .filter((view) => view !== undefined)
      .sort((a, b) => b.configEpoch - a.configEpoch)
    const current = views[0]?.master
    return nodes.find(({ address }) => isSame(address, current)) ?? (nodes[0] as FleetNode)
  }

  /** The data nodes of a master that are not master now, running or not. */
  replicas(name?: string): FleetNode[] {
    const master = this.master(name)
    return this.#nodesOf(this.#shard(name)).filter((node) => node !== master)
  }

  /** The Sentinel of that number, counted from 1 as in its name. */
  sentinel(number: number): FleetNode {
    const sentinel = this.#sentinels[number - 1]
    if (sentinel !== undefined) return sentinel.node
    const message = `No Sentinel number ${number}; there are 1 to ${this.#sentinels.length}`
    throw new FleetError('DISREDIS_FLEET_UNKNOWN_NAME', message)
  }

  /** Every node: data nodes by master, then Sentinels. */
  nodes(): FleetNode[] {
    return [...[...this.#shards.values()].flat(), ...this.#sentinels.map(({ node }) => node)]
  }

  /**
   * Asks a running Sentinel for a planned failover (`SENTINEL FAILOVER`). Resolves when it has
   * agreed to begin: follow it with `waitForMaster(name, { not: previous })`.
   *
   * @throws FleetError `DISREDIS_FLEET_COMMAND` when Sentinel refuses: no good replica (NOGOODSLAVE)
   * or a failover in progress (INPROG).
   */
  async failover(name?: string): Promise<void> {
    const shard = this.#shard(name)
    const [sentinel] = this.#activeSentinels()
    if (sentinel === undefined) {
      throw new FleetError(
        'DISREDIS_FLEET_NODE_STATE',
        'No Sentinel is running that could fail over',
      )
    }
    await sentinel.node.command('SENTINEL', 'FAILOVER', shard)
  }

  /**
   * Resolves when every running Sentinel names the same node and that node says it is master.
   *
   * @throws FleetError `DISREDIS_FLEET_TIMEOUT` with what is missing.
   */
  async waitForMaster(name?: string, options: WaitForMasterOptions = {}): Promise<FleetNode> {
    const shard = this.#shard(name)
    await this.#wait(options, async () => {
      const master = this.master(shard)
      if (master === options.not) return `${master} is still master of ${shard}`
      for (const { node } of this.#activeSentinels()) {
        const named = readSentinelView(node.configFile, shard)?.master
        if (!isSame(master.address, named)) return `${node} does not name ${master} yet`
      }
      return whyNotMaster(master)
    })
    return this.master(shard)
  }

  /**
   * Resolves when the shard is whole, or all are: every data node that runs is the master or in sync
   * with it, and every running Sentinel sees that and could lead a failover. Nodes that are down or
   * paused do not count. After a failover this takes Sentinel about 10 s, because that long it lets
   * the old master go on.
   *
   * @throws FleetError `DISREDIS_FLEET_TIMEOUT` with what is missing.
   */
  async waitForSync(name?: string, options: WaitOptions = {}): Promise<void> {
    const shards = name === undefined ? this.masters : [this.#shard(name)]
    await Promise.all(
      shards.map((shard) => {
        const whyNotInSync = syncCheck(() => this.#expected(shard))
        return this.#wait(
          options,
          async () => (await whyNotInSync()) ?? (await whyNotWatched(this.#expected(shard))),
        )
      }),
    )
  }

  /**
   * Starts a master with its replicas and has every running Sentinel watch it. Resolves when it is
   * as settled as the others were at the start.
   */
  async addMaster(name: string, options: AddMasterOptions = {}): Promise<FleetNode> {
    this.#mustBeOpen()
    if (this.#shards.has(checkMasterName(name)) || this.#starting.has(name)) {
      throw new FleetError('DISREDIS_FLEET_OPTION', `There is a master ${name} already`)
    }
    const replicas = count('replicas', options.replicas ?? this.#workshop.settings.replicas, 0)
    this.#starting.add(name)
    try {
      const deadline = deadlineIn(this.#workshop.settings.timeout)
      const nodes = await this.#workshop.startShard(
        { name, index: this.#shards.size, replicas, dataConfig: options.dataConfig ?? [] },
        deadline,
      )
      await this.#workshop.watch(this.#activeSentinels(), new Map([[name, nodes]]), deadline)
      this.#shards.set(name, nodes)
      return nodes[0] as FleetNode
    } catch (error) {
      await this.#workshop.endShard(name)
      throw error
    } finally {
      this.#starting.delete(name)
    }
  }

  /** Every running Sentinel forgets the master (`SENTINEL REMOVE`), then its nodes are killed. */
  async removeMaster(name: string): Promise<void> {
    this.#mustBeOpen()
    const shard = this.#shard(name)
    await Promise.all(
      this.#activeSentinels()
        .filter(({ node }) => readSentinelView(node.configFile, shard) !== undefined)
        .map(({ node }) => node.command('SENTINEL', 'REMOVE', shard)),
    )
    this.#shards.delete(shard)
    await this.#workshop.endShard(shard)
  }

  /** Ends every process, paused or not, and removes what the fleet wrote. Repeated calls are fine. */
  close(): Promise<void> {
    this.#closing ??= this.#workshop.close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #expected(shard: string): ExpectedShard {
    const isActive = (node: FleetNode) => node.isRunning && !node.isPaused
    return {
      name: shard,
      master: this.master(shard),
      replicas: this.replicas(shard).filter(isActive),
      sentinels: this.#activeSentinels().map(({ node }) => node),
    }
  }

  #activeSentinels(): SentinelNode[] {
    return this.#sentinels.filter(({ node }) => node.isRunning && !node.isPaused)
  }

  async #wait(options: WaitOptions, whatIsMissing: () => Promise<string | undefined>) {
    await waitFor(deadlineIn(options.timeout ?? this.#workshop.settings.timeout), () => {
      this.#mustBeOpen()
      return whatIsMissing()
    })
  }

  #shard(name: string | undefined): string {
    const names = this.masters
    const shard = name ?? (names.length === 1 ? names[0] : undefined)
    if (shard !== undefined && this.#shards.has(shard)) return shard
    const asked = name === undefined ? 'Which master?' : `No master ${name}.`
    const message = `${asked} There are: ${names.join(', ')}`
    throw new FleetError('DISREDIS_FLEET_UNKNOWN_NAME', message)
  }

  #nodesOf(shard: string): readonly FleetNode[] {
    return this.#shards.get(shard) ?? []
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) {
      throw new FleetError('DISREDIS_FLEET_CLOSED', 'The fleet is closed')
    }
  }
}

function isSame(a: Address, b: Address | undefined): boolean {
  return b !== undefined && a.host === b.host && a.port === b.port
}
