import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { all } from './all.js'
import { FleetNode } from './fleet-node.js'
import type { Settings } from './fleet-options.js'
import { syncCheck } from './in-sync.js'
import { type ConfigContext, dataConfig, sentinelConfig } from './node-config.js'
import { type Access, commandError } from './node-connection.js'
import type { NodeRole } from './node-launch.js'
import { type SentinelNode, setTimings, watchMasters } from './sentinel-setup.js'
import { sentinelTimers } from './sentinel-timers.js'
import type { ServerBinary } from './server-binary.js'
import { createTlsFiles, type TlsFiles } from './tls-files.js'
import { type Deadline, waitFor } from './wait-for.js'
import { Watchdog } from './watchdog.js'
import { whyNotWatched } from './watched.js'

export interface ShardPlan {
  readonly name: string
  /** Which of the bind addresses the master gets. */
  readonly index: number
  readonly replicas: number
  readonly dataConfig: readonly string[]
}

/** The data nodes of each master; the first of each was started as master. */
export type Shards = ReadonlyMap<string, readonly FleetNode[]>

/** Starts, wires and ends the nodes of one fleet: its folder, its watchdog, its credentials. */
export class FleetWorkshop {
  readonly settings: Settings
  readonly access: Access
  readonly #binary: ServerBinary
  readonly #folder: string
  readonly #watchdog: Watchdog
  readonly #nodes = new Set<FleetNode>()

  constructor(settings: Settings, binary: ServerBinary) {
    this.settings = settings
    this.#binary = binary
    // The real path, as servers say it: on macOS the folder for temporary files is a link.
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), 'disredis-fleet-')))
    mkdirSync(join(this.#folder, 'pids'))
    this.#watchdog = new Watchdog(this.#folder)
    this.access = {
      username: 'disredis-fleet',
      password: randomBytes(16).toString('hex'),
      tls: settings.tls && (settings.tls.files ?? ownTlsFiles(settings, join(this.#folder, 'tls'))),
    }
  }

  async startSentinels(deadline: Deadline): Promise<SentinelNode[]> {
    return all(
      Array.from({ length: this.settings.sentinels }, async (_, i) => {
        const id = randomBytes(20).toString('hex')
        const hosts = this.settings.bind.sentinels
        const host = hosts[i % hosts.length] as string
        const config: NodeConfig = (context, address) => sentinelConfig(context, address, id)
        return {
          node: await this.#start(`sentinel-${i + 1}`, 'sentinel', host, config, deadline),
          id,
        }
      }),
    )
  }

  async startShards(names: readonly string[], deadline: Deadline): Promise<Shards> {
    const { replicas } = this.settings
    return new Map(
      await all(
        names.map(async (name, index) => {
          const plan = { name, index, replicas, dataConfig: [] }
          return [name, await this.startShard(plan, deadline)] as const
        }),
      ),
    )
  }

  /** Resolves when the replicas are in sync with the first of the nodes. */
  async startShard(plan: ShardPlan, deadline: Deadline): Promise<readonly FleetNode[]> {
    const { masters, replicas } = this.settings.bind
    const config: NodeConfig = (context, address) => [
      ...dataConfig(context, address),
      ...plan.dataConfig,
    ]
    const nodes = await all(
      Array.from({ length: 1 + plan.replicas }, (_, i) => {
        const host =
          i === 0 ? masters[plan.index % masters.length] : replicas[(i - 1) % replicas.length]
        const role = i === 0 ? 'master' : 'replica'
        return this.#start(`${plan.name}/${i + 1}`, role, host as string, config, deadline)
      }),
    )
    const [master, ...others] = nodes as [FleetNode, ...FleetNode[]]
    await all(others.map((replica) => replicate(replica, master, deadline)))
    const shard = { name: plan.name, master, replicas: others, sentinels: [] }
    await waitFor(
      deadline,
      syncCheck(() => shard),
    )
    return nodes
  }

  /** Resolves when each of the Sentinels could lead a failover of each shard. */
  async watch(
    sentinels: readonly SentinelNode[],
    shards: Shards,
    deadline: Deadline,
  ): Promise<void> {
    const watched = [...shards].map(([name, nodes]) => {
      const [master, ...replicas] = nodes as [FleetNode, ...FleetNode[]]
      return { name, address: master.address, master, replicas }
    })
    await watchMasters(sentinels, watched, this.settings, this.access, deadline)
    const nodes = sentinels.map(({ node }) => node)
    await all(
      watched.map((shard) =>
        waitFor(deadline, () => whyNotWatched({ ...shard, sentinels: nodes })),
      ),
    )
    await setTimings(sentinels, watched, this.settings, deadline)
  }

  /** Ends the data nodes of a master and forgets what they wrote. */
  async endShard(name: string): Promise<void> {
    const nodes = [...this.#nodes].filter((node) => node.name.startsWith(`${name}/`))
    for (const node of nodes) this.#nodes.delete(node)
    await Promise.all(nodes.map((node) => node.dispose()))
    for (const node of nodes) rmSync(node.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes].map((node) => node.dispose()))
    await this.#watchdog.finish()
  }

  async #start(
    name: string,
    role: NodeRole,
    host: string,
    config: NodeConfig,
    deadline: Deadline,
  ): Promise<FleetNode> {
    const { settings, access } = this
    const context: ConfigContext = { settings, access, binary: this.#binary }
    const timers = sentinelTimers(settings, this.#binary)
    const node = await FleetNode.start(
      {
        name,
        role,
        host,
        access,
        fleetFolder: this.#folder,
        program: this.#programOf(role),
        env: settings.env,
        timeout: settings.timeout,
        config: (address) => config(context, address),
        setup: role === 'sentinel' && timers.length > 0 ? [['SENTINEL', 'DEBUG', ...timers]] : [],
      },
      deadline,
    )
    this.#nodes.add(node)
    return node
  }

  #programOf(role: NodeRole): string[] {
    const program = [this.#binary.path, 'server.conf']
    return role === 'sentinel' ? [...program, '--sentinel'] : program
  }
}

async function replicate(replica: FleetNode, master: FleetNode, deadline: Deadline) {
  const { host, port } = master.address
  try {
    await replica.use(deadline, (connection) =>
      // The rewrite makes it a replica after a restart too.
      Promise.all([connection.call('REPLICAOF', host, port), connection.call('CONFIG', 'REWRITE')]),
    )
  } catch (error) {
    throw commandError(replica.name, 'REPLICAOF', error)
  }
}

type NodeConfig = (context: ConfigContext, address: FleetNode['address']) => readonly string[]

function ownTlsFiles({ bind }: Settings, folder: string): TlsFiles {
  const addresses = [...bind.masters, ...bind.replicas, ...bind.sentinels]
  return createTlsFiles(folder, { hosts: ['localhost', ...new Set(addresses)] })
}
