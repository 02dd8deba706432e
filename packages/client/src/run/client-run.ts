import type { Runtime, Timer } from '@disredis/connection'
import { type DisredisError, InvalidOptionError } from '@disredis/sentinel'
import { ClientCache } from '../cache/client-cache.js'
import type { Command } from '../commands/command.js'
import { createDialNode } from '../connection/dial-node.js'
import { CommandTimeoutError, NearCacheError, ShardDownError } from '../errors.js'
import type { ResolvedOptions } from '../options/disredis-options.js'
import type { MessageKind } from '../pubsub/shard-subscriber.js'
import { Subscriptions } from '../pubsub/subscriptions.js'
import { closedError } from '../queueing/command-errors.js'
import type { RouteTarget } from '../routing/route-target.js'
import type { Router } from '../routing/router.js'
import type { Shard } from '../shard/shard.js'
import { WatchedTransactions } from '../watch/watched-transactions.js'
import type { DisredisEvents } from './client-events.js'
import { type Detour, Lobby } from './lobby.js'
import { ReadyWaiters } from './ready-waiters.js'
import { type EventSink, ShardSupervisor } from './shard-supervisor.js'

/** Words of ioredis. `wait`: not begun (`lazyConnect`). `close`: closing. `end`: closed for good. */
export type DisredisStatus = 'wait' | 'connecting' | 'ready' | 'close' | 'end'

export interface ClientRunContext {
  readonly options: ResolvedOptions
  readonly emit: EventSink
  readonly hasListener: (name: keyof DisredisEvents) => boolean
  /** Somebody asked for other nodes than the masters. */
  readonly usesReplicas: () => boolean
}

/** Where commands go: the lobby until the masters are known, then the router, and nowhere at the end. */
interface CommandEntry {
  route(command: Command): void
}

const closedEntry: CommandEntry = { route: (command) => command.fail(closedError()) }

/** A client from its opening to its end. One that is opened again gets a new one. */
export class ClientRun {
  /** Takes every command of the client; replaced as the run goes on. */
  entry: CommandEntry
  readonly supervisor: ShardSupervisor
  readonly subscriptions: Subscriptions
  readonly watched: WatchedTransactions
  /** There if the options have one. */
  readonly cache: ClientCache | undefined
  readonly runtime: Runtime
  readonly #context: ClientRunContext
  readonly #lobby: Lobby
  /** Those who wait for every shard. */
  readonly #readyWaiters: ReadyWaiters
  /** Those who wait until it is known which masters there are. */
  readonly #routerWaiters: ReadyWaiters
  #router: Router | undefined
  #status: DisredisStatus = 'wait'
  #closing: Promise<void> | undefined
  #startError: Error | undefined
  /** The codes of the errors that were told last, by what they are about. */
  readonly #emitted = new Map<string, string>()

  constructor(context: ClientRunContext) {
    const { options, emit } = context
    const { runtime } = options
    this.#context = context
    this.runtime = runtime
    this.#readyWaiters = new ReadyWaiters(runtime)
    this.#routerWaiters = new ReadyWaiters(runtime)
    this.supervisor = new ShardSupervisor(options, {
      dial: createDialNode(options),
      emit,
      onRouter: (router) => this.#mastersKnown(router),
      onStartFailed: (error) => this.#startFailed(error),
      onHopeless: (error) => this.#giveUpWaiting(error),
      onServing: (shard) => this.#shardServes(shard),
      onLaneChanged: () => this.#checkReady(),
    })
    this.subscriptions = new Subscriptions({
      runtime,
      shardNames: () => this.knownRouter().ring.names,
      shardOf: (channel) => this.knownRouter().ring.locate(channel),
      makeSubscriber: (shard) =>
        this.supervisor.makeSubscriber(shard, {
          onMessage: (kind, parts) => this.#emitMessage(kind, parts),
          onRestored: (duration) => emit('subscriptionsRestored', { shard, duration }),
          onRefused: (error) => emit('error', error),
        }),
    })
    this.watched = new WatchedTransactions({
      runtime,
      openSession: (shard, signal) => this.supervisor.openSession(shard, signal),
      route: (shard, command, session) => {
        this.cache?.noteWrite(command)
        this.knownRouter().routeWatched(shard.flow, command, session)
      },
    })
    this.cache = options.cache && this.#makeCache(options.cache)
    this.#lobby = new Lobby({
      limits: options.queue,
      ticker: this.supervisor.ticker,
      now: () => this.supervisor.batch.now(),
      onCommand: () => this.start(),
    })
    this.entry = this.#heeded(this.#lobby)
  }

  get status(): DisredisStatus {
    return this.#status
  }

  /** Undefined until it is known which masters there are. */
  get router(): Router | undefined {
    return this.#router
  }

  /** @throws InvalidOptionError before the masters are known */
  knownRouter(): Router {
    if (this.#router !== undefined) return this.#router
    throw new InvalidOptionError('The masters are not known yet: wait for ready()')
  }

  /** When it is known which masters there are, whether they live or not. Rejects once it is closing. */
  async routerSoon(): Promise<Router> {
    if (this.#closing !== undefined) throw closedError()
    if (this.#router === undefined) {
      this.start()
      const { commandTimeout } = this.#context.options
      await this.#routerWaiters.wait(commandTimeout, () => this.#notReadyError())
    }
    return this.knownRouter()
  }

  /** When every shard has had a master. */
  ready(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closedError())
    if (this.#status === 'ready') return Promise.resolve()
    this.start()
    const { commandTimeout } = this.#context.options
    return this.#readyWaiters.wait(commandTimeout, () => this.#notReadyError())
  }

  /** Connects, unless that is under way. */
  start(): void {
    if (this.#status !== 'wait') return
    this.#status = 'connecting'
    this.supervisor.start()
  }

  /** Takes a command over that goes another way than the client's own router would take. */
  routeBy(command: Command, detour: Detour): void {
    this.cache?.noteWrite(command)
    if (this.#closing !== undefined) command.fail(closedError())
    else if (this.#router === undefined) this.#lobby.route(command, detour)
    else detour(this.#router)
  }

  /** Takes a command over for one shard, whatever its keys. */
  routeTo(target: RouteTarget, command: Command): void {
    this.routeBy(command, (router) => router.routeTo(target, command))
  }

  /** Lets calls read from replicas, as soon as these are known. */
  useReplicas(): void {
    this.#router?.useReplicas()
  }

  /** @param timeout ms for the commands under way. A second call waits for the first. */
  close(timeout: number): Promise<void> {
    this.#closing ??= this.#close(timeout)
    return this.#closing
  }

  /** The cache, if there is one, hears of every write first. Without one, commands take no step more. */
  #heeded(entry: CommandEntry): CommandEntry {
    const { cache } = this
    if (cache === undefined) return entry
    return {
      route(command) {
        cache.noteWrite(command)
        entry.route(command)
      },
    }
  }

  #makeCache(options: NonNullable<ResolvedOptions['cache']>): ClientCache {
    return new ClientCache({
      options,
      runtime: this.runtime,
      makeLink: (index, part, onChanged) => this.supervisor.makeTracking(index, part, onChanged),
      pass: (command) => this.entry.route(command),
      onChanged: () => this.#checkReady(),
    })
  }

  #mastersKnown(router: Router): void {
    this.#router = router
    if (this.#context.usesReplicas()) router.useReplicas()
    this.#startError = undefined
    if (this.#closing === undefined) this.entry = this.#heeded(router)
    this.cache?.open(router.ring)
    this.#routerWaiters.resolveAll()
    this.#lobby.leave(router)
  }

  #startFailed(error: DisredisError): void {
    this.#startError = error
    this.#lobby.lastError = error
    if (error.retryable) {
      this.#emitOnce(error)
      return
    }
    this.#lobby.rejectAll(error)
    this.#routerWaiters.rejectAll(error)
    this.#giveUpWaiting(error)
  }

  #giveUpWaiting(error: DisredisError): void {
    this.#readyWaiters.rejectAll(error)
    this.#emitOnce(error)
  }

  /** An error that stays is told once, and again when the shard, or the start, has worked meanwhile. */
  #emitOnce(error: DisredisError): void {
    const where = error.shard ?? error.address ?? ''
    if (this.#emitted.get(where) === error.code) return
    this.#emitted.set(where, error.code)
    this.#context.emit('error', error)
  }

  #shardServes(shard: string): void {
    this.subscriptions.masterChanged(shard)
    this.#emitted.clear()
    this.#checkReady()
  }

  /** Every shard serves, and every lane is ready or could not be dialled. */
  #checkReady(): void {
    if (this.#status !== 'connecting') return
    const { shards, lanes } = this.supervisor
    if (!shards.every(({ phase }) => phase === 'ready')) return
    if (![...lanes].every(({ phase }) => phase !== 'connecting')) return
    if (!this.#isCacheDecided()) return
    this.#status = 'ready'
    this.#readyWaiters.resolveAll()
    this.#context.emit('connect')
    this.#context.emit('ready')
  }

  /** What is cached is known, as far as a start waits for it. */
  #isCacheDecided(): boolean {
    const { cache } = this
    if (cache === undefined) return true
    if (!cache.links.every(({ isDecided }) => isDecided)) return false
    if (this.#context.options.cache?.required !== true) return true
    const refused = cache.links.find(({ state }) => state === 'refused')
    if (refused !== undefined) this.#giveUpWaiting(notTrackedError(refused.shard, refused.reason))
    return cache.links.every(({ state }) => state === 'tracking')
  }

  #emitMessage(kind: MessageKind, parts: readonly (Buffer | string)[]): void {
    const { emit, hasListener } = this.#context
    if (hasListener(kind)) emit(kind, ...(parts.map(String) as [string, string]))
    emit(`${kind}Buffer`, ...(parts as [Buffer, Buffer]))
  }

  #notReadyError(): Error {
    const { commandTimeout } = this.#context.options
    if (this.#router === undefined) {
      return (
        this.#startError ??
        new CommandTimeoutError(`No Sentinel named the masters within ${commandTimeout} ms.`, {
          retryable: true,
        })
      )
    }
    const missing = this.supervisor.shards
      .map((shard: Shard) => shard.health())
      .filter(({ phase }) => phase !== 'ready')
    const cause = missing.find(({ lastError }) => lastError !== undefined)?.lastError
    return new ShardDownError(
      `No master within ${commandTimeout} ms for ${missing.map(({ shard }) => `'${shard}'`).join(', ')}.` +
        (cause === undefined ? '' : ` ${cause.message}`),
      { cause, shard: missing[0]?.shard, retryable: true },
    )
  }

  async #close(timeout: number): Promise<void> {
    this.#status = 'close'
    this.entry = closedEntry
    if (timeout > 0) await this.#drain(timeout)
    const error = closedError()
    this.#lobby.rejectAll(error)
    this.#readyWaiters.rejectAll(error)
    this.#routerWaiters.rejectAll(error)
    this.subscriptions.close()
    this.watched.close()
    this.cache?.close()
    await this.supervisor.close()
    this.#status = 'end'
    // After the promise, as in ioredis: `await redis.quit(); await once(redis, 'end')`.
    this.runtime.afterIo(() => {
      this.#context.emit('close')
      this.#context.emit('end')
    })
  }

  /** Resolves when no command is pending, and after `timeout` ms in any case. */
  async #drain(timeout: number): Promise<void> {
    let timer: Timer | undefined
    const limit = new Promise<void>((resolve) => {
      timer = this.runtime.setTimer(resolve, timeout)
    })
    const commands = this.#lobby
      .drained()
      // What a link does not answer comes back to its shard.
      .then(() => this.cache?.drained())
      .then(() => this.supervisor.drained())
    await Promise.race([Promise.all([commands, this.watched.drained()]), limit])
    timer?.cancel()
  }
}

function notTrackedError(shard: string, cause: Error | undefined): NearCacheError {
  return new NearCacheError(
    `The master of '${shard}' does not report which keys have changed, but \`cache.required\` is set: give the user +client|tracking. ${cause?.message ?? ''}`,
    { shard, cause },
  )
}
