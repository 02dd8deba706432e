import { createHash } from 'node:crypto'
import type { Health, ShardHealth } from '@disredis/client'
import { type Address, formatAddress } from '@disredis/sentinel'
import type { Comparison } from '../comparison/comparison.js'
import type { Crowd } from '../crowd/crowd.js'
import type { Demo } from '../demo.js'
import type { FailoverRecorder } from '../failovers/failover-recorder.js'
import { now } from '../time.js'
import type { BeliefWatch } from '../watch/belief-watch.js'
import type { Replication, ReplicationWatch } from '../watch/replication-watch.js'
import type { Board } from './board.js'
import type {
  DemoSection,
  LoadLevel,
  NodeSection,
  SentinelSection,
  ShardSection,
  TotalsSection,
} from './sections.js'
import { sampleInterval } from './sections.js'

export interface BoardSources {
  readonly demo: Demo
  readonly crowd: Crowd
  readonly comparison: Comparison | undefined
  readonly recorder: FailoverRecorder
  readonly replication: ReplicationWatch
  readonly beliefs: BeliefWatch
  readonly load: () => LoadLevel
}

const interval = 100
/** Slots that are told in one message; the page draws at most 60 a second. */
const hitsPerMessage = 6
const keptEvents = 40

/** Writes to the board how the demo stands, ten times a second. */
export class BoardWriter implements Disposable {
  readonly #board: Board
  readonly #sources: BoardSources
  readonly #instance: string
  readonly #timers: readonly NodeJS.Timeout[]
  readonly #errorsBefore = new Map<string, number>()
  readonly #leaders = new Map<string, string>()
  #hits: number[] = []
  #lastEvent = 0

  constructor(board: Board, sources: BoardSources) {
    this.#board = board
    this.#sources = sources
    const { demo } = sources
    this.#instance = createHash('sha256').update(demo.workload.prefix).digest('hex').slice(0, 12)
    for (const [, traffic] of demo.workload.traffic) traffic.onHit((key) => this.#hit(key))
    this.#write()
    this.#timers = [
      setInterval(() => this.#write(), interval),
      setInterval(() => this.#sample(), sampleInterval),
    ]
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** Every key that comes counts the same, whatever the rate: the newest few are shown. */
  #hit(key: string): void {
    if (this.#hits.length >= hitsPerMessage) this.#hits.shift()
    this.#hits.push(this.#sources.demo.client.explain(key).slot)
  }

  #write(): void {
    const { demo, comparison, recorder } = this.#sources
    const health = demo.client.health()
    this.#board.set('demo', this.#demoSection(health))
    this.#board.set('totals', this.#totalsSection())
    for (const shard of demo.shards) {
      this.#board.set(`shard:${shard}`, this.#shardSection(shard, health))
    }
    this.#board.set('sentinels', this.#sentinelSections(health))
    this.#board.set('comparison', comparison?.standings().map(roundTimes) ?? null)
    const records = recorder.records
    const kept = new Set(records.map(({ id }) => `failover:${id}`))
    for (const record of records) this.#board.set(`failover:${record.id}`, rounded(record))
    for (const name of this.#board.names('failover:')) if (!kept.has(name)) this.#board.delete(name)
    this.#writeEvents()
    this.#board.setHits(this.#hits)
    this.#hits = []
  }

  #writeEvents(): void {
    const { log } = this.#sources.demo
    for (const { number, at, text } of log.recent) {
      if (number <= this.#lastEvent) continue
      this.#board.set(`event:${number}`, { at: Math.round(at), text: text.slice(0, 300) })
      this.#board.delete(`event:${number - keptEvents}`)
      this.#lastEvent = number
    }
  }

  #sample(): void {
    for (const [shard, { meter, errors }] of this.#sources.demo.workload.traffic) {
      const { operations, p50, p99 } = meter.rate
      const before = this.#errorsBefore.get(shard) ?? 0
      const total = errors.total
      this.#errorsBefore.set(shard, total)
      const sample = [Math.round(operations), tenths(p50), tenths(p99), total - before] as const
      this.#board.addSample(shard, sample)
    }
  }

  #demoSection(health: Health): DemoSection {
    const { demo, load } = this.#sources
    const { deployment, shards } = demo
    const machines = deployment.machines
    const isBroken =
      shards.some((shard) => deployment.brokenNodes(shard).length > 0) ||
      (machines?.sentinels.some((sentinel) => sentinel.isBroken) ?? false)
    return {
      instance: this.#instance,
      kind: deployment.kind,
      description: deployment.description,
      health: health.state,
      warnings: warningsOf(health),
      shards,
      faults: deployment.faults,
      load: load(),
      servers: machines?.servers.map(({ name, nodes }) => ({ name, nodes })) ?? [],
      isBroken,
    }
  }

  #totalsSection(): TotalsSection {
    const { demo, crowd } = this.#sources
    const traffic = [...demo.workload.traffic.values()]
    const totals = traffic.map(({ ledger }) => ledger.totals())
    const sum = (pick: (one: (typeof totals)[number]) => number) =>
      totals.reduce((total, one) => total + pick(one), 0)
    return {
      elapsed: Math.round(demo.elapsed),
      operations: Math.round(traffic.reduce((all, { meter }) => all + meter.rate.operations, 0)),
      acknowledged: sum((one) => one.acknowledged),
      verified: sum((one) => one.verified),
      lost: sum((one) => one.lost),
      duplicated: sum((one) => one.duplicated),
      unknown: sum((one) => one.unknown),
      unsettled: demo.workload.pending.unsettled,
      crowd: crowd.figures,
    }
  }

  #shardSection(name: string, health: Health): ShardSection {
    const { demo, replication } = this.#sources
    const own = health.shards.find(({ shard }) => shard === name)
    const traffic = demo.workload.traffic.get(name)
    const known = replication.of(name)
    const kind = demo.conductor.awaited(name)
    return {
      name,
      phase: phaseOf(own),
      nodes: this.#nodes(name, own?.master, known),
      age: known === undefined ? null : Math.floor((now() - known.at) / 1000) * 1000,
      queue: own?.queue.commands ?? 0,
      queueBytes: own?.queue.bytes ?? 0,
      inFlight: own?.inFlight ?? 0,
      acknowledged: traffic?.ledger.totals().acknowledged ?? 0,
      errors: traffic?.errors.total ?? 0,
      fault:
        kind === undefined ? null : { kind, isAwaited: demo.conductor.current(name) === undefined },
      lastFailover: own?.lastFailover === undefined ? null : Math.round(own.lastFailover.duration),
    }
  }

  /** The master that the client uses first, then the replicas that Sentinel knows. */
  #nodes(
    shard: string,
    master: Address | undefined,
    known: Replication | undefined,
  ): readonly NodeSection[] {
    const { demo } = this.#sources
    const broken = demo.deployment.brokenNodes(shard)
    const isBroken = (address: string) => broken.some((node) => node.includes(`(${address})`))
    const topology = demo.client.topology?.shards.get(shard)
    const address = formatAddress(master ?? topology?.master ?? { host: '', port: 0 })
    const others = [
      ...(topology === undefined ? [] : [formatAddress(topology.master)]),
      ...(topology?.replicas.map((replica) => formatAddress(replica.address)) ?? []),
    ].filter((one, i, all) => one !== address && all.indexOf(one) === i)
    return [
      {
        address,
        role: 'master',
        offset: known?.offset ?? null,
        lag: null,
        link: isBroken(address) ? 'broken' : 'up',
      },
      ...others.sort().map((one): NodeSection => {
        const replica = known?.replicas.get(one)
        const flags = topology?.replicas.find((it) => formatAddress(it.address) === one)?.flags
        const isDown = flags?.some((flag) => /down|disconnected/.test(flag)) ?? false
        const state = replica?.state === 'online' ? 'up' : (replica?.state ?? 'down')
        return {
          address: one,
          role: 'replica',
          offset: replica?.offset ?? null,
          lag: replica === undefined ? null : Math.max(0, (known?.offset ?? 0) - replica.offset),
          link: isBroken(one) ? 'broken' : isDown ? 'down' : state,
        }
      }),
    ]
  }

  #sentinelSections(health: Health): readonly SentinelSection[] {
    const { demo, beliefs } = this.#sources
    const machines = demo.deployment.machines
    for (const [shard, { failover }] of demo.client.topology?.shards ?? []) {
      if (failover !== undefined) this.#leaders.set(shard, formatAddress(failover.sentinel.address))
    }
    const sections = health.sentinels.map(({ address, isConnected }, i) => {
      const where = formatAddress(address)
      const node = machines?.sentinels.find((one) => formatAddress(one.address) === where)
      return {
        name: node?.name ?? `sentinel-${i + 1}`,
        address: where,
        isConnected,
        isBroken: node?.isBroken ?? false,
        led: [...this.#leaders].flatMap(([shard, leader]) => (leader === where ? [shard] : [])),
        believes: beliefs.of(where),
      }
    })
    return sections.sort((a, b) => a.name.localeCompare(b.name))
  }
}

function phaseOf(health: ShardHealth | undefined): ShardSection['phase'] {
  if (health === undefined) return 'connecting'
  return health.phase === 'ready' && !health.isAnswering ? 'silent' : health.phase
}

/** What is not well, in words. */
function warningsOf({ shards, sentinels }: Health): string[] {
  const away = sentinels.filter(({ isConnected }) => !isConnected)
  const warnings = shards.flatMap(({ shard, phase, isFenced, isAnswering }) => {
    if (isFenced) return [`${shard} holds writes: no majority of the Sentinels is in reach`]
    if (phase === 'down') return [`${shard} has no master`]
    if (phase === 'gated') return [`${shard} holds writes while its master is replaced`]
    return phase === 'ready' && !isAnswering ? [`${shard} does not answer`] : []
  })
  if (away.length > 0) {
    warnings.push(`${away.length} of ${sentinels.length} Sentinels are not in reach`)
  }
  return warnings
}

const tenths = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100)

/** Whole milliseconds: more digits are noise, and would change all the time. */
function rounded<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (_key, one) => (typeof one === 'number' ? Math.round(one) : one)),
  )
}

function roundTimes<Standing extends { readonly away: number; readonly longestAway: number }>(
  standing: Standing,
): Standing {
  const { away, longestAway } = standing
  return { ...standing, away: Math.round(away / 10) * 10, longestAway: Math.round(longestAway) }
}
