import { type Address, isSameAddress } from './address.js'
import { ClosedError } from './errors.js'
import type { ReadAddress } from './read-address.js'
import type { Timer } from './runtime.js'
import type { SentinelEvent } from './sentinel-event.js'
import { SentinelGroup } from './sentinel-group.js'
import type { SentinelDialer } from './sentinel-link.js'
import type { SentinelReport, Source } from './sentinel-report.js'
import type { SentinelSession } from './sentinel-session.js'
import { ShardNews, type Tell } from './shard-news.js'
import { StartGate } from './start-gate.js'
import type { Topology } from './topology.js'
import { TopologyModel } from './topology-model.js'
import { type WatchChange, WatchList } from './watch-list.js'
import type { ResolvedWatcherOptions } from './watcher-options.js'

/** Hints by clients lead to no more than one question to each Sentinel in so many ms. */
const hintInterval = 50

/** A watcher from `start()` to its end: hears all Sentinels, keeps the topology, tells the news. */
export class WatcherRun {
  readonly #options: ResolvedWatcherOptions
  readonly #tell: Tell
  readonly #group: SentinelGroup
  readonly #model = new TopologyModel()
  readonly #gate: StartGate
  readonly #news = new Map<string, ShardNews>()
  readonly #tilted = new Set<string>()
  readonly #toldErrors = new Map<SentinelSession, Set<string>>()
  #watchList: WatchList | undefined
  #hintTimer: Timer | undefined
  #isHinted = false
  #isClosed = false
  readonly started: Promise<Topology>
  #resolve!: (topology: Topology) => void
  #reject!: (error: Error) => void

  constructor(
    options: ResolvedWatcherOptions,
    tools: { readonly dial: SentinelDialer; readonly readAddress: ReadAddress },
    tell: Tell,
  ) {
    this.#options = options
    this.#tell = tell
    this.started = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const { runtime, timeout, connectTimeout, pollInterval } = options
    const masterNames = () => (this.#isStarted ? [...this.#news.keys()] : options.masters)
    this.#group = new SentinelGroup(
      options.sentinels,
      { runtime, timeout, connectTimeout, pollInterval, masterNames, ...tools },
      {
        onReport: (session, report) => this.#hearReport(session, report),
        onEvent: (session, event) => this.#hearEvent(session, event),
        onFailed: (session, error) => this.#hearFailure(session, error),
        onProblem: (session, error) => this.#tellError(session, error),
        onForgotten: (id) => this.#forget(id),
        onChanged: () => this.#proceed(),
      },
    )
    this.#gate = new StartGate(options, () => this.#proceed())
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
  async refuseMaster(shard: string, address: Address): Promise<void> {
    await this.#group.refresh()
    if (this.#isClosed || !isSameAddress(this.#model.addressOf(shard), address)) return
    this.#model.refuse(shard, address, this.#group.voters)
    this.#proceed()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#gate.close()
    this.#hintTimer?.cancel()
    this.#reject(new ClosedError('The watcher was closed before it had started'))
    await this.#group.close()
  }

  get #isStarted(): boolean {
    return this.#watchList !== undefined
  }

  #hearReport(session: SentinelSession, report: SentinelReport): void {
    if (this.#isClosed) return
    const source = sourceOf(session)
    const names = [...report.masters.keys()]
    if (report.problems.length === 0) this.#toldErrors.delete(session)
    this.#model.hear(source, report, this.#group.voters)
    if (!this.#isStarted) this.#gate.hear(source.id, source.address, names)
    this.#proceed()
    for (const [shard, { claim, flags }] of report.masters) {
      if (claim !== undefined) this.#news.get(shard)?.hearFlags(claim.address, flags, source)
    }
    const answering = this.#group.members.filter(({ isConnected }) => isConnected).length
    this.#tellWatched(source, this.#watchList?.hearList(source.id, names, answering))
  }

  #hearEvent(session: SentinelSession, event: SentinelEvent): void {
    const source = sourceOf(session)
    const { id } = source
    switch (event.kind) {
      case 'tilt':
        if (event.isTilted) this.#tilted.add(id)
        else this.#tilted.delete(id)
        break
      case 'masterMonitored':
        this.#tellWatched(source, this.#watchList?.hearMonitored(id, event.shard))
        break
      case 'masterUnmonitored':
        this.#model.drop(id, this.#group.voters, event.shard)
        this.#tellWatched(source, this.#watchList?.hearUnmonitored(id, event.shard))
        break
      default:
        this.#news.get(event.shard)?.hearEvent(event, source)
        this.#model.hearEvent(event.shard, event, source)
    }
    this.#proceed()
  }

  #hearFailure(session: SentinelSession, error: Error): void {
    if (session.id !== undefined) this.#forgetPresence(session.id)
    this.#tellError(session, error)
    this.#proceed()
  }

  #forget(id: string): void {
    this.#forgetPresence(id)
    this.#watchList?.forget(id)
    this.#model.drop(id, this.#group.voters)
    this.#proceed()
  }

  #forgetPresence(id: string): void {
    this.#tilted.delete(id)
    this.#model.leave(id)
    for (const news of this.#news.values()) news.forget(id)
  }

  /** Something was heard: starts if that was enough, or tells what has changed by it. */
  #proceed(): void {
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
    for (const [name, news] of this.#news) news.follow(current!.shards.get(name)!)
    if (current !== previous) this.#tell('topologyChanged', { previous, current: current! })
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
      this.#news.set(name, new ShardNews(shard, this.#tell))
    }
    this.#watchList = new WatchList(names, this.#gate.lists)
    this.#gate.close()
    this.#tell('topologyChanged', { previous: undefined, current: topology })
    this.#resolve(topology)
  }

  #snapshot(): Topology | undefined {
    const { members } = this.#group
    const connected = new Set(members.flatMap(({ id, isConnected }) => (isConnected ? id : [])))
    return this.#model.snapshot(members, (id) => connected.has(id) && !this.#tilted.has(id))
  }

  #tellWatched({ address }: Source, changes: readonly WatchChange[] = []): void {
    for (const { kind, shard } of changes) this.#tell(kind, { shard, sentinel: address })
  }

  /** Each error of a Sentinel once, until it is well again. */
  #tellError(session: SentinelSession, error: Error): void {
    const told = this.#toldErrors.get(session) ?? new Set()
    this.#toldErrors.set(session, told)
    if (told.has(error.message)) return
    told.add(error.message)
    this.#tell('sentinelError', { sentinel: session.address, error })
  }
}

/** Events come from sessions that have said who they are. */
function sourceOf({ id, address }: SentinelSession): Source {
  return { id: id!, address }
}
