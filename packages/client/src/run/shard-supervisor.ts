import { type Address, isSameAddress, type Runtime, type Timer } from '@disredis/connection'
import type { HashRing } from '@disredis/hash-ring'
import {
  acquireWatcher,
  type DisredisError,
  type Topology,
  translateAddress,
  type WatcherEvents,
  type WatcherLease,
} from '@disredis/sentinel'
import type { CachePart } from '../cache/cache-part.js'
import type { CachedRead } from '../cache/cached-read.js'
import { TrackingLink } from '../cache/tracking-link.js'
import type { DialNode } from '../connection/dial-node.js'
import type { NodeConnection } from '../connection/node-connection.js'
import { WriteBatch } from '../connection/write-batch.js'
import { ShardLanes } from '../lanes/shard-lanes.js'
import type { ResolvedOptions } from '../options/disredis-options.js'
import { makeRing } from '../options/make-ring.js'
import { knownEpoch, placementOf } from '../placement/placement.js'
import { PlacementGuard } from '../placement/placement-guard.js'
import type { PlacementHealth } from '../placement/placement-health.js'
import { ShardSubscriber, type ShardSubscriberContext } from '../pubsub/shard-subscriber.js'
import { Backoff } from '../queueing/backoff.js'
import { Ticker } from '../queueing/ticker.js'
import { ReplicaRouting } from '../replicas/replica-routing.js'
import { ShardReplicas } from '../replicas/shard-replicas.js'
import { Router } from '../routing/router.js'
import { LeftMasters } from '../shard/left-masters.js'
import { Shard } from '../shard/shard.js'
import type { ShardContext } from '../shard/shard-context.js'
import { WatchSession } from '../watch/watch-session.js'
import { failoverAborted } from './abort-reason.js'
import type { DisredisEvents } from './client-events.js'
import { hasMajority, SentinelFence } from './sentinel-fence.js'

export type EventSink = <Name extends keyof DisredisEvents>(
  name: Name,
  ...args: DisredisEvents[Name]
) => void

export interface SupervisorContext {
  readonly dial: DialNode
  readonly emit: EventSink
  /** The masters are known: commands can be routed from now on. Once. */
  readonly onRouter: (router: Router) => void
  /** The Sentinels gave no topology; the next attempt follows by itself. */
  readonly onStartFailed: (error: DisredisError) => void
  /** A master cannot be used for a reason that trying again does not mend. */
  readonly onHopeless: (error: DisredisError) => void
  /** A shard got a master, for the first time or again. */
  readonly onServing: (shard: string) => void
  /** A lane got a master, or could not reach one. */
  readonly onLaneChanged: () => void
}

/** What of a shard's context a lane has otherwise: the shard itself tells, and proves, the same. */
type ShardReports = Pick<ShardContext, 'emit' | 'onHopeless' | 'onServing' | 'dial' | 'admit'>

type Listeners = { [Name in keyof WatcherEvents]?: (...args: WatcherEvents[Name]) => void }

/**
 * Between the watcher and the shards: starts the watcher until it has a topology, pins the set of
 * masters, makes a shard for each, and passes on what the Sentinels say of them.
 */
export class ShardSupervisor {
  readonly batch: WriteBatch
  readonly ticker: Ticker
  readonly lanes: ShardLanes
  readonly #options: ResolvedOptions
  readonly #runtime: Runtime
  readonly #context: SupervisorContext
  readonly #lease: WatcherLease
  readonly #backoff: Backoff
  readonly #listeners: Listeners
  readonly #fence: SentinelFence | undefined
  #shards: readonly Shard[] = []
  /** There once the masters are known, unless it is off. */
  #placement: PlacementGuard | undefined
  readonly #leftMasters = new Map<string, LeftMasters>()
  /** There once calls ask for other nodes than the masters. */
  #replicas: ReplicaRouting | undefined
  #retryTimer: Timer | undefined
  #isClosed = false

  constructor(options: ResolvedOptions, context: SupervisorContext) {
    const { runtime } = options
    this.#options = options
    this.#runtime = runtime
    this.#context = context
    this.batch = new WriteBatch(runtime)
    this.ticker = new Ticker(runtime)
    this.#backoff = new Backoff(100, 2000, runtime.random)
    this.#lease = acquireWatcher({
      sentinels: options.sentinels,
      masters: options.masters,
      username: options.sentinelUsername,
      password: options.sentinelPassword,
      tls: options.sentinelTLS,
      natMap: options.natMap,
      allowAddress: options.allowAddress,
      pollInterval: options.sentinelPollInterval,
      connectTimeout: options.connectTimeout,
      // The error must be there when the first command's time is over.
      startTimeout: Math.ceil(options.commandTimeout * 0.75),
      connectionName: options.connectionName,
      lookup: options.lookup,
      runtime,
      openSocket: options.openSocket,
    })
    this.#listeners = this.#makeListeners()
    this.lanes = new ShardLanes({
      runtime,
      makeLane: (name, longestWait) => this.#makeLane(name, longestWait),
      shard: (name) => this.shard(name),
    })
    if (options.fenceAfter !== undefined) {
      this.#fence = new SentinelFence(options.fenceAfter, runtime, (error) => {
        for (const shard of this.#all()) shard.fence(error)
      })
    }
  }

  get topology(): Topology | undefined {
    return this.#lease.watcher.topology
  }

  /** In the order of the ring's names; empty until the masters are known. */
  get shards(): readonly Shard[] {
    return this.#shards
  }

  placement(): PlacementHealth {
    if (this.#placement !== undefined) return this.#placement.health()
    const { placement, ringName: ring } = this.#options
    const common = { ring, fingerprint: undefined, epoch: knownEpoch }
    if (placement === false) return { ...common, state: 'off', reason: undefined }
    return { ...common, state: 'unverified', reason: 'The masters are not known yet.' }
  }

  shard(name: string): Shard | undefined {
    return this.#shards.find((shard) => shard.name === name)
  }

  /** A connection to the shard's present master for one caller. */
  openSession(shard: Shard, signal: AbortSignal): Promise<WatchSession> {
    return WatchSession.open(
      {
        shard,
        batch: this.batch,
        ticker: this.ticker,
        connectTimeout: this.#options.connectTimeout,
        dial: (address, signal) => this.#dialFurther(shard.name, address, signal),
      },
      signal,
    )
  }

  /** A connection for subscriptions on a shard, to be made and closed by the caller. */
  makeSubscriber(
    shard: string,
    tell: Pick<ShardSubscriberContext, 'onMessage' | 'onRestored' | 'onRefused'>,
  ): ShardSubscriber {
    return new ShardSubscriber({
      shard,
      runtime: this.#runtime,
      connectTimeout: this.#options.connectTimeout,
      dial: this.#dial,
      masterAddress: () => this.shard(shard)?.master,
      ...tell,
    })
  }

  /**
   * A connection that tracks what is read on it, to be closed by the caller.
   *
   * @param index of the shard among the ring's names
   */
  makeTracking(index: number, part: CachePart<CachedRead>, onChanged: () => void): TrackingLink {
    const shard = this.#shards[index]!
    const { connectTimeout, silenceTimeout, livenessTimeout, cache } = this.#options
    return new TrackingLink({
      shard,
      part,
      runtime: this.#runtime,
      batch: this.batch,
      ticker: this.ticker,
      connectTimeout,
      silenceTimeout,
      livenessTimeout,
      maxStaleness: cache!.maxStaleness,
      dial: (address, signal) => this.#dialFurther(shard.name, address, signal),
      onChanged,
    })
  }

  start(): void {
    const { watcher } = this.#lease
    for (const [name, listener] of Object.entries(this.#listeners)) {
      watcher.on(name as keyof WatcherEvents, listener as () => void)
    }
    this.#startWatcher()
  }

  /** Resolves when no command is pending. */
  async drained(): Promise<void> {
    // What a replica does not answer comes back to its shard.
    await this.#replicas?.drained()
    await Promise.all(this.#all().map((shard) => shard.drained()))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#retryTimer?.cancel()
    this.#fence?.end()
    const { watcher } = this.#lease
    for (const [name, listener] of Object.entries(this.#listeners)) {
      watcher.off(name as keyof WatcherEvents, listener as () => void)
    }
    this.#replicas?.close()
    this.#placement?.close()
    for (const shard of this.#shards) shard.close()
    this.lanes.close()
    this.ticker.stop()
    await this.#lease.release()
  }

  #startWatcher(): void {
    this.#lease.watcher.start().then(
      (topology) => {
        if (!this.#isClosed) this.#makeRouter(topology)
      },
      (error: DisredisError) => {
        if (this.#isClosed) return
        this.#retryTimer = this.#runtime.setTimer(() => this.#startWatcher(), this.#backoff.next())
        this.#context.onStartFailed(error)
      },
    )
  }

  #makeRouter(topology: Topology): void {
    let ring: HashRing
    try {
      ring = makeRing(this.#options.ring, [...topology.shards.keys()])
    } catch (error) {
      this.#context.onStartFailed(error as DisredisError)
      return
    }
    this.#placement = this.#makePlacement(ring)
    for (const name of ring.names) {
      const shard = topology.shards.get(name)
      // Not dialled for now: nobody is to wait for its word.
      if (shard?.master === undefined || shard.failover !== undefined) this.#placement?.missed(name)
    }
    this.#shards = ring.names.map((name) => this.#makeShard(name))
    for (const shard of this.#shards) shard.start()
    for (const name of ring.names) this.lanes.blocking.prepare(name)
    // A shared watcher may have told its topology before this client listened.
    this.#fence?.hear(topology.sentinels)
    const router = new Router({
      ring,
      targets: this.#shards.map(({ flow }) => flow),
      blocking: this.lanes.blocking,
      makeReaders: () => this.#makeReplicas(ring),
    })
    this.#context.onRouter(router)
  }

  #makeReplicas(ring: HashRing): ReplicaRouting {
    const { readYourWrites, queue, maxReplicaLag, connectTimeout, silenceTimeout } = this.#options
    const now = () => this.batch.now()
    this.#replicas = new ReplicaRouting({
      ring,
      now,
      readYourWrites,
      makeReaders: (name, isRecentlyWritten) =>
        new ShardReplicas({
          shard: this.shard(name)!,
          runtime: this.#runtime,
          ticker: this.ticker,
          now,
          limits: queue,
          maxLag: maxReplicaLag,
          connectTimeout,
          silenceTimeout,
          dial: this.#dial,
          replicas: () =>
            this.topology?.shards.get(name)?.replicas.map(({ address }) => address) ?? [],
          isRecentlyWritten,
        }),
    })
    return this.#replicas
  }

  #makePlacement(ring: HashRing): PlacementGuard | undefined {
    const { placement: mode, ringName, ring: given, connectTimeout } = this.#options
    if (mode === false) return undefined
    return new PlacementGuard({
      placement: placementOf(ringName, ring, given),
      mode,
      runtime: this.#runtime,
      timeout: connectTimeout,
      masterAddress: (name) => this.topology?.shards.get(name)?.master,
      onWarning: (error) => this.#context.emit('error', error),
      onRefused: (names) => {
        for (const it of this.#all()) if (names.includes(it.name)) it.connection?.destroy()
      },
    })
  }

  readonly #dial = (address: Address, signal: AbortSignal): Promise<NodeConnection> =>
    this.#context.dial(address, this.batch, signal)

  /** As {@link #dial}, of the shard's own connection: it says which placement the node belongs to. */
  async #dialShard(name: string, address: Address, signal: AbortSignal): Promise<NodeConnection> {
    const guard = this.#placement
    try {
      const connection = await this.#context.dial(address, this.batch, signal, guard?.request)
      guard?.hear(name, connection)
      return connection
    } catch (error) {
      if (!signal.aborted) guard?.missed(name)
      throw error
    }
  }

  /** As {@link #dial}, of a further connection on which commands are sent to the shard's master. */
  async #dialFurther(name: string, address: Address, signal: AbortSignal): Promise<NodeConnection> {
    const guard = this.#placement
    const connection = await this.#context.dial(address, this.batch, signal, guard?.request)
    try {
      await guard?.admitFurther(name, connection)
      return connection
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  #makeLane(name: string, longestWait: () => number): Shard {
    const { onLaneChanged } = this.#context
    // The shard itself tells the same.
    const untold = {
      emit: onLaneChanged,
      onHopeless: () => {},
      onServing: onLaneChanged,
      dial: (address: Address, signal: AbortSignal) => this.#dialFurther(name, address, signal),
    }
    const lane = this.#makeShard(name, longestWait, untold)
    lane.start(this.shard(name))
    lane.fence(this.#fence?.error)
    return lane
  }

  /** Shards and lanes. */
  #all(): readonly Shard[] {
    return [...this.#shards, ...this.lanes]
  }

  /**
   * @param longestWait ms for which it is silent by nature while a reply is due
   * @param reports those of a lane
   */
  #makeShard(name: string, longestWait = () => 0, reports?: ShardReports): Shard {
    const { failoverGate: gate, queue, connectTimeout } = this.#options
    const { silenceTimeout, livenessTimeout } = this.#options
    return new Shard(
      name,
      {
        isLane: reports !== undefined,
        queue,
        gate,
        connectTimeout,
        longestWait,
        silenceTimeout,
        livenessTimeout,
      },
      {
        runtime: this.#runtime,
        batch: this.batch,
        ticker: this.ticker,
        masterAddress: () => this.topology?.shards.get(name)?.master,
        failover: () => this.topology?.shards.get(name)?.failover,
        areSentinelsInReach: () => hasMajority(this.topology?.sentinels ?? []),
        isSentinelInReach: (sentinel) =>
          this.topology?.sentinels.some(
            ({ address, isConnected }) => isConnected && isSameAddress(address, sentinel),
          ) === true,
        translate: (address) => translateAddress(address, this.#options.natMap),
        replicas: () =>
          this.topology?.shards.get(name)?.replicas.map(({ address }) => address) ?? [],
        leftMasters: this.#leftMastersOf(name),
        requestRefresh: () => this.#lease.watcher.requestRefresh(),
        reportMasterRejected: (address) => this.#lease.watcher.reportMasterRejected(name, address),
        reportMasterFound: (address) => this.#lease.watcher.reportMasterFound(name, address),
        ...(reports ?? this.#reportsOf(name)),
      },
    )
  }

  #leftMastersOf(name: string): LeftMasters {
    const follows = (address: Address) =>
      this.topology?.shards
        .get(name)
        ?.replicas.some((it) => it.masterLinkUp && isSameAddress(it.address, address)) === true
    const known = this.#leftMasters.get(name) ?? new LeftMasters(follows)
    this.#leftMasters.set(name, known)
    return known
  }

  #reportsOf(name: string): ShardReports {
    const { emit, onHopeless, onServing } = this.#context
    const guard = this.#placement
    return {
      emit: emit as ShardContext['emit'],
      onHopeless,
      onServing: () => {
        onServing(name)
        guard?.repair()
      },
      dial: (address, signal) => this.#dialShard(name, address, signal),
      admit: guard && ((connection) => guard.admit(name, connection as NodeConnection)),
    }
  }

  #makeListeners(): Listeners {
    const { emit } = this.#context
    const at = (name: string, tell: (shard: Shard) => void) => {
      for (const shard of this.#all()) if (shard.name === name) tell(shard)
    }
    return {
      topologyChanged: (event) => {
        for (const shard of this.#all()) shard.masterMoved()
        // Not before: what was held must not be written to a master that was just replaced.
        this.#fence?.hear(event.current.sentinels)
        this.#replicas?.topologyChanged()
        emit('topologyChanged', event)
      },
      masterSwitched: ({ shard }) => at(shard, (it) => it.masterMoved()),
      failoverStarted: ({ shard, sentinel, master }) =>
        at(shard, (it) => it.failoverStarted(master, sentinel)),
      replicaSelected: ({ shard, sentinel, address, master }) =>
        at(shard, (it) => it.replicaSelected(address, master, sentinel)),
      replicaPromoted: ({ shard, address }) => at(shard, (it) => it.replicaPromoted(address)),
      failoverAborted: ({ shard, sentinel, reason }) => {
        const error = failoverAborted(shard, reason, this.topology)
        at(shard, (it) => it.failoverAborted(reason, sentinel, error))
      },
      masterAdded: (event) => emit('masterAdded', event),
      masterRemoved: (event) => emit('masterRemoved', event),
      sentinelError: ({ error }) => emit('error', error),
    }
  }
}
