import { type Address, isSameAddress, type Timer } from '@disredis/connection'
import { type MonitorChange, MonitoredMasters } from '../belief/monitored-masters.js'
import { type Emit, ShardNotifier } from '../belief/shard-notifier.js'
import type { Topology } from '../belief/topology.js'
import { TopologyModel } from '../belief/topology-model.js'
import { ClosedError } from '../errors.js'
import type { SentinelDialer } from '../link/sentinel-link.js'
import type { SentinelSession } from '../link/sentinel-session.js'
import type { ReadAddress } from '../protocol/read-address.js'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { SentinelReport, Source } from '../protocol/sentinel-report.js'
import { SentinelGroup } from './sentinel-group.js'
import { StartGate } from './start-gate.js'
import type { ResolvedWatcherOptions } from './watcher-options.js'

/** Hints by clients lead to no more than one question to each Sentinel in so many ms. */
const hintInterval = 50

const ofMembers: readonly SentinelEvent['kind'][] = [
  'leaderElected',
  'replicaSelected',
  'replicaPromoted',
  'failoverAborted',
  'masterDown',
]

/** A watcher from `start()` to its end: takes in what all Sentinels say, keeps the topology, emits what changes. */
export class WatcherRun {
  readonly #options: ResolvedWatcherOptions
  readonly #emit: Emit
  readonly #group: SentinelGroup
  readonly #model = new TopologyModel()
  readonly #gate: StartGate
  readonly #notifiers = new Map<string, ShardNotifier>()
  readonly #tilted = new Set<string>()
  readonly #emittedErrors = new Map<SentinelSession, Set<string>>()
  #monitored: MonitoredMasters | undefined
  #hintTimer: Timer | undefined
  #isHinted = false
  #isClosed = false
  readonly started: Promise<Topology>
  #resolve!: (topology: Topology) => void
  #reject!: (error: Error) => void

  constructor(
    options: ResolvedWatcherOptions,
    tools: { readonly dial: SentinelDialer; readonly readAddress: ReadAddress },
    emit: Emit,
  ) {
    this.#options = options
    this.#emit = emit
    this.started = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const { runtime, timeout, connectTimeout, pollInterval } = options
    const masterNames = () => (this.#isStarted ? [...this.#notifiers.keys()] : options.masters)
    this.#group = new SentinelGroup(
      options.sentinels,
      { runtime, timeout, connectTimeout, pollInterval, masterNames, ...tools },
      {
        onReport: (session, report) => this.#onReport(session, report),
        onEvent: (session, event) => this.#onEvent(session, event),
        onFailed: (session, error) => this.#onFailed(session, error),
        onProblem: (session, error) => this.#emitError(session, error),
        onForgotten: (sentinel) => this.#onForgotten(sentinel),
        onChanged: () => this.#update(),
      },
    )
    this.#gate = new StartGate(options, () => this.#update())
    this.#group.open()
  }

  get topology(): Topology | undefined {
    return this.#isStarted ? this.#model.topology : undefined
  }

  /** Asks all Sentinels, at once if it was not asked for just before. */
  requestRefresh(): void {
    if (this.#isClosed || this.#hintTimer !== undefined) {
      this.#isHinted = true
      return
    }
    void this.#group.refresh()
    this.#hintTimer = this.#options.runtime.setTimer(() => {
      this.#hintTimer = undefined
      const isHinted = this.#isHinted
      this.#isHinted = false
      if (isHinted) this.requestRefresh()
    }, hintInterval)
  }

  /** The Sentinels are asked first: what they have learned meanwhile is better than a lower epoch. */
  async rejectMaster(shard: string, address: Address): Promise<void> {
    await this.#group.refresh()
    if (this.#isClosed || !isSameAddress(this.#model.addressOf(shard), address)) return
    this.#model.rejectMaster(shard, address, this.#group.electorate)
    this.#update()
  }

  acceptMaster(shard: string, address: Address): void {
    if (this.#isClosed) return
    this.#model.acceptMaster(shard, address, this.#group.electorate)
    this.#update()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#gate.close()
    this.#hintTimer?.cancel()
    this.#reject(new ClosedError('The watcher was closed before it had started'))
    await this.#group.close()
  }

  get #isStarted(): boolean {
    return this.#monitored !== undefined
  }

  #onReport(session: SentinelSession, report: SentinelReport): void {
    if (this.#isClosed) return
    const source = sourceOf(session)
    const names = [...report.masters.keys()]
    if (report.problems.length === 0) this.#emittedErrors.delete(session)
    const isTrusted = this.#group.isTrusted(session)
    const masters = isTrusted ? report.masters : withoutFailovers(report.masters)
    this.#model.applyReport(source, { ...report, masters }, this.#group.electorate)
    if (!this.#isStarted) this.#gate.addAnswer(source.id, source.address, names)
    if (isTrusted) {
      for (const [shard, one] of masters) this.#notifiers.get(shard)?.onReport(one, source)
    }
    this.#update()
    if (!isTrusted) return
    for (const [shard, { claim, flags }] of report.masters) {
      if (claim !== undefined) this.#notifiers.get(shard)?.onFlags(claim.address, flags, source)
    }
    const answering = this.#group.members.filter(({ isConnected }) => isConnected).length
    this.#emitChanges(source, this.#monitored?.applyList(source.id, names, answering))
  }

  #onEvent(session: SentinelSession, event: SentinelEvent): void {
    const source = sourceOf(session)
    const { id } = source
    // None that the others do not know leads a failover or is asked whether a master is down.
    if (ofMembers.includes(event.kind) && !this.#group.isTrusted(session)) return
    switch (event.kind) {
      case 'tilt':
        if (event.isTilted) this.#tilted.add(id)
        else this.#tilted.delete(id)
        break
      case 'masterMonitored':
        this.#emitChanges(source, this.#monitored?.applyMonitored(id, event.shard))
        break
      case 'masterUnmonitored':
        this.#model.removeSentinel(id, this.#group.electorate, event.shard)
        this.#emitChanges(source, this.#monitored?.applyUnmonitored(id, event.shard))
        break
      case 'sentinelUp':
        this.#group.redial(event.id)
        break
      default:
        this.#notifiers.get(event.shard)?.onEvent(event, source)
        this.#model.applyEvent(event.shard, event, source, this.#group.electorate)
    }
    this.#update()
  }

  #onFailed(session: SentinelSession, error: Error): void {
    if (session.id !== undefined) this.#onDisconnected(session.id)
    this.#emitError(session, error)
    this.#update()
  }

  #onForgotten(sentinel: Source): void {
    const { id } = sentinel
    this.#onDisconnected(id)
    this.#model.removeSentinel(id, this.#group.electorate)
    this.#emitChanges(sentinel, this.#monitored?.removeSentinel(id))
    this.#update()
  }

  #onDisconnected(id: string): void {
    this.#tilted.delete(id)
    this.#model.onDisconnected(id)
    for (const notifier of this.#notifiers.values()) notifier.onDisconnected(id)
  }

  /** A Sentinel said something: starts if that was enough, or emits what has changed by it. */
  #update(): void {
    if (this.#isClosed) return
    if (!this.#isStarted) {
      try {
        this.#tryToStart()
      } catch (error) {
        this.#reject(error as Error)
      }
      return
    }
    const previous = this.#model.topology
    const current = this.#snapshot()
    for (const [name, notifier] of this.#notifiers) notifier.onSnapshot(current!.shards.get(name)!)
    if (current !== previous) this.#emit('topologyChanged', { previous, current: current! })
  }

  #tryToStart(): void {
    const { members } = this.#group
    const names = this.#gate.decide(members)
    if (names === undefined) return
    this.#model.pin(names)
    const topology = this.#snapshot()
    if (topology === undefined) {
      this.#gate.checkTime(members)
      return
    }
    for (const [name, shard] of topology.shards) {
      this.#notifiers.set(
        name,
        new ShardNotifier(shard, this.#emit, (a, b) => this.#model.isSame(name, a, b)),
      )
    }
    this.#monitored = new MonitoredMasters(names, this.#gate.lists)
    this.#gate.close()
    this.#emit('topologyChanged', { previous: undefined, current: topology })
    this.#resolve(topology)
  }

  #snapshot(): Topology | undefined {
    const { counted } = this.#group
    const { connected } = this.#group.electorate
    const known = counted.map(({ address, id, isAnswering }) => ({
      address,
      id,
      isConnected: isAnswering,
    }))
    return this.#model.snapshot(known, (id) => connected.has(id) && !this.#tilted.has(id))
  }

  #emitChanges({ address }: Source, changes: readonly MonitorChange[] = []): void {
    for (const { kind, shard } of changes) this.#emit(kind, { shard, sentinel: address })
  }

  /** Each error of a Sentinel once, until it is well again. */
  #emitError(session: SentinelSession, error: Error): void {
    const emitted = this.#emittedErrors.get(session) ?? new Set()
    this.#emittedErrors.set(session, emitted)
    if (emitted.has(error.message)) return
    emitted.add(error.message)
    this.#emit('sentinelError', { sentinel: session.address, error })
  }
}

function withoutFailovers(masters: SentinelReport['masters']): SentinelReport['masters'] {
  return new Map([...masters].map(([name, report]) => [name, { ...report, failover: undefined }]))
}

/** Events come from sessions that have said who they are. */
function sourceOf({ id, address }: SentinelSession): Source {
  return { id: id!, address }
}
