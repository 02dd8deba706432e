import { type DisredisError, InvalidOptionError, systemRuntime } from '@disredis/sentinel'
import type { DisredisEvents } from './client-events.js'
import type { RoutedCommand } from './commands/routed-command.js'
import { createDial } from './connection/dial-master.js'
import { CommandTimeoutError, ShardDownError } from './errors.js'
import { Lobby } from './lobby.js'
import type { ResolvedOptions } from './options.js'
import type { MessageKind } from './pubsub/shard-subscriber.js'
import { Subscriptions } from './pubsub/subscriptions.js'
import { ReadyWaiters } from './ready-waiters.js'
import type { Router } from './router.js'
import { closedError } from './shard/command-errors.js'
import { type EventSink, ShardSupervisor } from './shard-supervisor.js'
import { WatchedTransactions } from './watch/watched-transactions.js'

/** Words of ioredis. `wait`: not begun (`lazyConnect`). `close`: closing. `end`: closed for good. */
export type DisredisStatus = 'wait' | 'connecting' | 'ready' | 'close' | 'end'

export interface ClientRunContext {
  readonly options: ResolvedOptions
  /** Emits an event of the client. */
  readonly tell: EventSink
  readonly hasListener: (name: keyof DisredisEvents) => boolean
}

/** A client from its opening to its end. One that is opened again gets a new one. */
export class ClientRun {
  readonly supervisor: ShardSupervisor
  readonly subscriptions: Subscriptions
  readonly watched: WatchedTransactions
  readonly #options: ResolvedOptions
  readonly #context: ClientRunContext
  readonly #lobby: Lobby
  /** Those who wait for every shard. */
  readonly #readyWaiters = new ReadyWaiters(systemRuntime)
  /** Those who wait until it is known which masters there are. */
  readonly #routerWaiters = new ReadyWaiters(systemRuntime)
  #router: Router | undefined
  #isReplicaUser = false
  #status: DisredisStatus = 'wait'
  #closing: Promise<void> | undefined
  #startError: Error | undefined

  constructor(context: ClientRunContext) {
    const { options, tell } = context
    this.#options = options
    this.#context = context
    this.supervisor = new ShardSupervisor(options, {
      runtime: systemRuntime,
      dial: createDial(options),
      emit: tell,
      onRouter: (router) => this.#masterSetKnown(router),
      onStartFailed: (error) => this.#startFailed(error),
      onHopeless: (error) => this.#giveUpWaiting(error),
      onServing: (shard) => this.#shardServes(shard),
    })
    this.subscriptions = new Subscriptions({
      shardNames: () => this.knownRouter().ring.names,
      shardOf: (channel) => this.knownRouter().ring.locate(channel),
      makeSubscriber: (shard) =>
        this.supervisor.makeSubscriber(shard, {
          onMessage: (kind, parts) => this.#tellMessage(kind, parts),
          onRestored: (duration) => tell('subscriptionsRestored', { shard, duration }),
          onRefused: (error) => tell('error', error),
        }),
    })
    this.watched = new WatchedTransactions({
      runtime: systemRuntime,
      openSession: (shard, signal) => this.supervisor.openSession(shard, signal),
      route: (shard, command, session) => this.knownRouter().routeWatched(shard, command, session),
    })
    this.#lobby = new Lobby(options.queue, this.supervisor.ticker)
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
      await this.#routerWaiters.wait(this.#options.commandTimeout, () => this.#notReadyError())
    }
    return this.knownRouter()
  }

  /** When every shard has had a master. */
  ready(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closedError())
    if (this.#status === 'ready') return Promise.resolve()
    this.start()
    return this.#readyWaiters.wait(this.#options.commandTimeout, () => this.#notReadyError())
  }

  /** Connects, unless that is under way. */
  start(): void {
    if (this.#status !== 'wait') return
    this.#status = 'connecting'
    this.supervisor.start()
  }

  /** Takes a command over: to its shard, or to the lobby until the masters are known. */
  route(command: RoutedCommand): void {
    if (this.#router !== undefined && this.#closing === undefined) this.#router.route(command)
    else this.dispatch(command, () => this.#lobby.hold(command, this.supervisor.batch.now()))
  }

  /** As {@link route}, by another router. */
  routeBy(command: RoutedCommand, route: (router: Router) => void): void {
    if (this.#router !== undefined && this.#closing === undefined) {
      route(this.#router)
      return
    }
    command.detour = route
    this.route(command)
  }

  /** Sends the command in that way, unless it is too late. */
  dispatch(command: RoutedCommand, send: () => void): void {
    if (this.#closing !== undefined) {
      command.fail(closedError())
      return
    }
    this.start()
    send()
  }

  /** Lets calls read from replicas, as soon as these are known. */
  useReplicas(): void {
    this.#isReplicaUser = true
    if (this.#router !== undefined) this.supervisor.useReplicas(this.#router)
  }

  /** @param timeout ms for the commands under way. A second call waits for the first. */
  close(timeout: number): Promise<void> {
    this.#closing ??= this.#close(timeout)
    return this.#closing
  }

  #masterSetKnown(router: Router): void {
    this.#router = router
    if (this.#isReplicaUser) this.useReplicas()
    this.#startError = undefined
    this.#routerWaiters.resolveAll()
    this.#lobby.leave((command) => {
      if (command.detour === undefined) router.route(command)
      else command.detour(router)
    })
  }

  #startFailed(error: DisredisError): void {
    this.#startError = error
    this.#lobby.lastError = error
    if (error.retryable) {
      this.#context.tell('error', error)
      return
    }
    this.#lobby.rejectAll(error)
    this.#routerWaiters.rejectAll(error)
    this.#giveUpWaiting(error)
  }

  #giveUpWaiting(error: DisredisError): void {
    this.#readyWaiters.rejectAll(error)
    this.#context.tell('error', error)
  }

  #shardServes(shard: string): void {
    this.subscriptions.masterChanged(shard)
    if (this.#status !== 'connecting') return
    if (!this.#router?.shards.every(({ phase }) => phase === 'ready')) return
    this.#status = 'ready'
    this.#readyWaiters.resolveAll()
    this.#context.tell('connect')
    this.#context.tell('ready')
  }

  #tellMessage(kind: MessageKind, parts: readonly (Buffer | string)[]): void {
    const { tell, hasListener } = this.#context
    if (hasListener(kind)) tell(kind, ...(parts.map(String) as [string, string]))
    tell(`${kind}Buffer`, ...(parts as [Buffer, Buffer]))
  }

  #notReadyError(): Error {
    const { commandTimeout } = this.#options
    if (this.#router === undefined) {
      return (
        this.#startError ??
        new CommandTimeoutError(`No Sentinel named the masters within ${commandTimeout} ms.`, {
          retryable: true,
        })
      )
    }
    const missing = this.#router.shards
      .map((shard) => shard.health())
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
    if (timeout > 0) await this.#drain(timeout)
    const error = closedError()
    this.#lobby.rejectAll(error)
    this.#readyWaiters.rejectAll(error)
    this.#routerWaiters.rejectAll(error)
    this.subscriptions.close()
    this.watched.close()
    await this.supervisor.close()
    this.#status = 'end'
    this.#context.tell('close')
    this.#context.tell('end')
  }

  /** Resolves when no command is pending, and after `timeout` ms in any case. */
  async #drain(timeout: number): Promise<void> {
    let timer: ReturnType<typeof systemRuntime.setTimer> | undefined
    const limit = new Promise<void>((resolve) => {
      timer = systemRuntime.setTimer(resolve, timeout)
    })
    const commands = this.#lobby.drained().then(() => this.supervisor.drained())
    await Promise.race([Promise.all([commands, this.watched.drained()]), limit])
    timer?.cancel()
  }
}
