import type { HashRing } from '@disredis/hash-ring'
import {
  acquireWatcher,
  type DisredisError,
  type Runtime,
  type Timer,
  type Topology,
  type WatcherEvents,
  type WatcherLease,
} from '@disredis/sentinel'
import { failoverAborted } from './abort-reason.js'
import type { DisredisEvents } from './client-events.js'
import type { Dial } from './connection/dial-master.js'
import { WriteBatch } from './connection/write-batch.js'
import { makeRing } from './make-ring.js'
import type { ResolvedOptions } from './options.js'
import { ShardSubscriber, type ShardSubscriberContext } from './pubsub/shard-subscriber.js'
import { ReplicaReads } from './replicas/replica-reads.js'
import { ShardReaders } from './replicas/shard-readers.js'
import { Router } from './router.js'
import { SentinelFence } from './sentinel-fence.js'
import { Backoff } from './shard/backoff.js'
import { Shard } from './shard/shard.js'
import type { ShardContext } from './shard/shard-context.js'
import { Ticker } from './shard/ticker.js'
import { ShardLanes } from './shard-lanes.js'
import { WatchSession } from './watch/watch-session.js'

export type EventSink = <Name extends keyof DisredisEvents>(
  name: Name,
  ...args: DisredisEvents[Name]
) => void

export interface SupervisorContext {
  readonly runtime: Runtime
  readonly dial: Dial
  readonly emit: EventSink
  /** The masters are known: commands can be routed from now on. Once. */
  readonly onRouter: (router: Router) => void
  /** The Sentinels gave no topology; the next attempt follows by itself. */
  readonly onStartFailed: (error: DisredisError) => void
  /** A master cannot be used for a reason that trying again does not mend. */
  readonly onHopeless: (error: DisredisError) => void
  /** A shard got a master, for the first time or again. */
  readonly onServing: (shard: string) => void
}

/** ms without a byte, while replies are due, after which commands are queued instead of written. */
const silenceTimeout = 200

/** ms of silence after that until a second connection is tried. */
const livenessTimeout = 800

type ShardTelling = Pick<ShardContext, 'emit' | 'onHopeless' | 'onServing'>

type Listeners = { [Name in keyof WatcherEvents]?: (...args: WatcherEvents[Name]) => void }

/**
 * Between the watcher and the shards: starts the watcher until it has a topology, pins the set of
 * masters, makes a shard for each, and passes on what the Sentinels say of them.
 */
export class ShardSupervisor {
  readonly batch: WriteBatch
  readonly ticker: Ticker
  readonly #options: ResolvedOptions
  readonly #context: SupervisorContext
  readonly #lease: WatcherLease
  readonly #backoff: Backoff
  readonly #listeners: Listeners
  readonly #fence: SentinelFence | undefined
  readonly lanes: ShardLanes
  #router: Router | undefined
  #retryTimer: Timer | undefined
  #isClosed = false

  constructor(options: ResolvedOptions, context: SupervisorContext) {
    this.#options = options
    this.#context = context
    this.batch = new WriteBatch(context.runtime.now)
    this.ticker = new Ticker(context.runtime)
    this.#backoff = new Backoff(100, 2000, context.runtime.random)
    this.#lease = acquireWatcher({
      sentinels: options.sentinels,
      masters: options.masters,
      username: options.sentinelUsername,
      password: options.sentinelPassword,
      tls: options.sentinelTLS,
      natMap: options.natMap,
      pollInterval: options.sentinelPollInterval,
      connectTimeout: options.connectTimeout,
      // The error must be there when the first command's time is over.
      startTimeout: Math.ceil(options.commandTimeout * 0.75),
      connectionName: options.connectionName,
      lookup: options.lookup,
    })
    this.#listeners = this.#makeListeners()
    this.lanes = new ShardLanes((name, longestWait) => this.#makeLane(name, longestWait))
    if (options.fenceAfter !== undefined) {
      this.#fence = new SentinelFence(options.fenceAfter, context.runtime, (error) => {
        for (const shard of this.#shards()) shard.fence(error)
      })
    }
  }

  get topology(): Topology | undefined {
    return this.#lease.watcher.topology
  }

  get router(): Router | undefined {
    return this.#router
  }

  /** Lets calls read from replicas; without this nothing is known of them. */
  useReplicas(router: Router): void {
    router.useReplicas(
      () =>
        new ReplicaReads({
          ring: router.ring,
          now: () => this.batch.now(),
          readYourWrites: this.#options.readYourWrites,
          makeReaders: (name, isRecentlyWritten) =>
            new ShardReaders({
              shard: router.shard(name)!,
              runtime: this.#context.runtime,
              ticker: this.ticker,
              now: () => this.batch.now(),
              limits: this.#options.queue,
              maxLag: this.#options.maxReplicaLag,
              connectTimeout: this.#options.connectTimeout,
              dial: (address, signal) => this.#context.dial(address, this.batch, signal),
              replicas: () =>
                this.topology?.shards.get(name)?.replicas.map(({ address }) => address) ?? [],
              isRecentlyWritten,
            }),
        }),
    )
  }

  /** A connection to the shard's present master for one caller. */
  openSession(shard: Shard, signal: AbortSignal): Promise<WatchSession> {
    const { dial } = this.#context
    return WatchSession.open(
      {
        shard,
        batch: this.batch,
        ticker: this.ticker,
        connectTimeout: this.#options.connectTimeout,
        dial: (address, abort) => dial(address, this.batch, abort),
      },
      signal,
    )
  }

  /** A connection for subscriptions on a shard, to be made and closed by the caller. */
  makeSubscriber(
    shard: string,
    tell: Pick<ShardSubscriberContext, 'onMessage' | 'onRestored' | 'onRefused'>,
  ): ShardSubscriber {
    const { runtime, dial } = this.#context
    return new ShardSubscriber({
      shard,
      runtime,
      connectTimeout: this.#options.connectTimeout,
      dial: (address, signal) => dial(address, this.batch, signal),
      masterAddress: () => this.#router?.shard(shard)?.master,
      ...tell,
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
    await this.#router?.drained()
    await Promise.all(this.#shards().map((shard) => shard.drained()))
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
    this.#router?.close()
    for (const shard of this.#shards()) shard.close()
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
        this.#retryTimer = this.#context.runtime.setTimer(
          () => this.#startWatcher(),
          this.#backoff.next(),
        )
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
    this.#router = new Router(ring, (name) => this.#makeShard(name), this.lanes.blocking)
    for (const shard of this.#router.shards) shard.start()
    // A shared watcher may have told its topology before this client listened.
    this.#fence?.hear(topology.sentinels)
    if (this.#options.readFrom !== 'master') this.useReplicas(this.#router)
    this.#context.onRouter(this.#router)
  }

  #makeLane(name: string, longestWait: number): Shard {
    // The shard itself tells the same.
    const untold = { emit: () => {}, onHopeless: () => {}, onServing: () => {} }
    const lane = this.#makeShard(name, longestWait, untold)
    lane.start()
    lane.fence(this.#fence?.error)
    return lane
  }

  #shards(): readonly Shard[] {
    return [...(this.#router?.shards ?? []), ...this.lanes]
  }

  /** @param longestWait ms for which it is silent by nature while a reply is due */
  #makeShard(name: string, longestWait = 0, tell: ShardTelling = this.#tellingOf(name)): Shard {
    const { failoverGate: gate, queue, connectTimeout } = this.#options
    const { runtime, dial } = this.#context
    const silence = silenceTimeout + longestWait
    return new Shard(
      name,
      {
        queue,
        gate,
        connectTimeout,
        silenceTimeout: silence,
        livenessTimeout: silence + livenessTimeout,
      },
      {
        runtime,
        batch: this.batch,
        ticker: this.ticker,
        dial: (address, signal) => dial(address, this.batch, signal),
        masterAddress: () => this.topology?.shards.get(name)?.master,
        failover: () => this.topology?.shards.get(name)?.failover,
        requestRefresh: () => this.#lease.watcher.requestRefresh(),
        reportMasterRejected: (address) => this.#lease.watcher.reportMasterRejected(name, address),
        ...tell,
      },
    )
  }

  #tellingOf(name: string): ShardTelling {
    const { emit, onHopeless, onServing } = this.#context
    return { emit: emit as ShardContext['emit'], onHopeless, onServing: () => onServing(name) }
  }

  #makeListeners(): Listeners {
    const { emit } = this.#context
    const at = (name: string, tell: (shard: Shard) => void) => {
      for (const shard of this.#shards()) if (shard.name === name) tell(shard)
    }
    return {
      topologyChanged: (event) => {
        for (const shard of this.#shards()) shard.masterMoved()
        // Not before: what was held must not be written to a master that was just replaced.
        this.#fence?.hear(event.current.sentinels)
        this.#router?.topologyChanged()
        emit('topologyChanged', event)
      },
      masterSwitched: ({ shard }) => at(shard, (it) => it.masterMoved()),
      failoverStarted: ({ shard, master }) => at(shard, (it) => it.failoverStarted(master)),
      replicaSelected: ({ shard, address }) => at(shard, (it) => it.replicaSelected(address)),
      replicaPromoted: ({ shard, address }) => at(shard, (it) => it.replicaPromoted(address)),
      failoverAborted: ({ shard, reason }) => {
        const error = failoverAborted(shard, reason, this.topology)
        at(shard, (it) => it.failoverAborted(reason, error))
      },
      masterAdded: (event) => emit('masterAdded', event),
      masterRemoved: (event) => emit('masterRemoved', event),
      sentinelError: ({ error }) => emit('error', error),
    }
  }
}
