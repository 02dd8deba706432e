import { EventEmitter } from 'node:events'
import { hashTag } from '@disredis/hash-ring'
import { InvalidOptionError, type Topology } from '@disredis/sentinel'
import type { Callback, RedisCommander } from 'ioredis'
import { CachedHandle } from './cache/cached-handle.js'
import { commandInfo } from './catalog/command-info.js'
import { type CallPolicy, type ReadFrom, readFromValues } from './commands/call-policy.js'
import { Command } from './commands/command.js'
import type { Durability } from './commands/durable-group.js'
import { LoadedScripts } from './commands/loaded-scripts.js'
import { Script, type ScriptDefinition } from './commands/script-command.js'
import { withPrefix } from './commands/with-prefix.js'
import { type BatchContext, callBack } from './handles/command-batch.js'
import { CommandHandle } from './handles/command-handle.js'
import {
  builtinMethod,
  type CommandTarget,
  callPolicy,
  defineMethods,
  installCommands,
  keyPrefix,
  type Method,
  scriptMethods,
  submit,
} from './handles/command-surface.js'
import {
  addMethods,
  type IoredisMembers,
  installIoredisMembers,
} from './handles/ioredis-members.js'
import { type Iteration, installIteration } from './handles/iteration.js'
import { Pipeline } from './handles/pipeline.js'
import { isSentAtOnce, type MultiArgument, Transaction } from './handles/transaction.js'
import type {
  DisredisOptions,
  GivenOptions,
  MoreOptions,
  ResolvedOptions,
} from './options/disredis-options.js'
import { count, milliseconds, oneOf } from './options/option-checks.js'
import { readGiven, resolveOptions } from './options/resolve-options.js'
import { shownOptions } from './options/shown-options.js'
import { changeSubscriptions, installSubscriptions } from './pubsub/install-subscriptions.js'
import type { SubscriptionKind } from './pubsub/subscription-kind.js'
import { DurableRouting } from './routing/durable-routing.js'
import type { Explanation } from './routing/explanation.js'
import type { DisredisEvents } from './run/client-events.js'
import { ClientRun, type DisredisStatus } from './run/client-run.js'
import { tellEvent } from './run/event-channel.js'
import { type Health, summarize } from './run/health.js'
import type { TransactionOptions } from './watch/watched-transactions.js'

/** Options of {@link Disredis.with}. */
export interface CallOptions {
  /** Limit for each command in ms, in place of `commandTimeout`. */
  readonly timeout?: number
  /**
   * The caller says that executing a command twice is harmless: scripts and unconditional writes are
   * repeated when their outcome is unknown. INCR, LPUSH and their like are not, even then.
   */
  readonly idempotent?: boolean
  /** Which nodes may answer reads, in place of the client's `readFrom`. */
  readonly readFrom?: ReadFrom
  /** Gives the calls up: they reject with its reason (`OutcomeUnknownError` for writes that were sent). */
  readonly signal?: AbortSignal
}

/** Options of {@link Disredis.cached}. */
export interface CachedOptions {
  /**
   * ms since a value was asked for, at most; then it is asked for again, although the master has told no
   * change. Default 60000.
   */
  readonly maxAge?: number
  /** Limit for each command in ms, in place of `commandTimeout`. */
  readonly timeout?: number
}

/** Gets a client for the shard of the watched keys, on a connection of its own. */
export type WatchedWork<T> = (tx: CommandHandle) => Promise<T>

/** ms that commands under way may take while the client is closed. */
const drainTime = 2000

type MethodPair = Readonly<Record<'string' | 'buffer', Method>>

// Names of ours are names that a script may have: nothing in here is called by its name.
const { emit, listenerCount } = EventEmitter.prototype as {
  emit(this: EventEmitter, name: string, ...args: unknown[]): boolean
  listenerCount(this: EventEmitter, name: string): number
}

export interface CloseOptions {
  /** How long commands that are under way may take, in ms. Default 2000. */
  readonly timeout?: number
}

/**
 * A client for every master that a set of Sentinels watches. It has the commands of ioredis; each
 * goes to the shard of its key, and follows that shard's failovers.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: installCommands defines every command
export class Disredis extends EventEmitter<DisredisEvents> implements CommandTarget {
  /**
   * What the client was made with, every default in its place, for programs that look: changes have no
   * effect. Passwords and TLS options are there, and are not printed.
   */
  readonly options: ResolvedOptions
  /** False: there is no Redis Cluster behind it. */
  readonly isCluster = false
  readonly #options: ResolvedOptions
  readonly #callPolicy: CallPolicy
  readonly #given: DisredisOptions
  readonly #methods = new Map<string, Method>()
  /** Some call may ask for other nodes than the masters. */
  #usesReplicas: boolean
  #run: ClientRun

  /**
   * Connects in the background unless `lazyConnect`. Commands may be issued at once.
   *
   * @param options `'h1:26379,h2'`, a `redis-sentinel://` URL, an array of addresses, or options
   * @param more options beside addresses or a URL; what both say, they have to say alike
   * @throws InvalidOptionError, InvalidAddressError
   */
  constructor(options: GivenOptions, more?: MoreOptions) {
    super()
    this.#given = readGiven(options, more)
    this.#options = resolveOptions(this.#given)
    this.options = shownOptions(this.#options)
    this.#callPolicy = Object.freeze({
      timeout: this.#options.commandTimeout,
      retryWrites: this.#options.retryWrites,
      isIdempotent: false,
      showFriendlyErrorStack: this.#options.showFriendlyErrorStack,
      readFrom: this.#options.readFrom,
      scripts: new LoadedScripts(),
    })
    for (const [name, script] of Object.entries(this.#options.scripts ?? {})) {
      this.#addMethods(name, scriptMethods(new Script(script)))
    }
    this.#usesReplicas = this.#options.readFrom !== 'master'
    this.#run = this.#open()
    if (!this.#options.lazyConnect) this.#run.start()
  }

  /**
   * A client whose shards all have a master. Rejects within `commandTimeout` with the error that
   * stands in the way (`SentinelsUnreachableError`, `UnknownMasterError`, `ShardDownError`, ...); it is closed then.
   */
  static async connect(options: GivenOptions, more?: MoreOptions): Promise<Disredis> {
    const client = new Disredis(options, more)
    try {
      await client.#run.ready()
      return client
    } catch (error) {
      await client.#run.close(0)
      throw error
    }
  }

  get status(): DisredisStatus {
    return this.#run.status
  }

  /** Ignored. Libraries write `end` on ioredis's clients after they closed them. */
  set status(_status: DisredisStatus) {}

  /** What the Sentinels say, as a frozen snapshot; undefined until one has answered. */
  get topology(): Topology | undefined {
    return this.#run.supervisor.topology
  }

  /**
   * Starts a client made with `lazyConnect` and waits until it is {@link ready}. As in ioredis it opens
   * a closed client again; subscriptions and handles of single shards are those of before, and gone.
   */
  connect(callback?: Callback<void>): Promise<void> {
    if (this.#run.status === 'end') this.#run = this.#open()
    const promise = this.#run.ready()
    callBack(promise, callback)
    return promise
  }

  /** A new client with the same options but `override`. Options that are ioredis's alone are ignored. */
  duplicate(override: MoreOptions = {}): Disredis {
    // Its word for the masters stands in place of ours.
    const { masters, ...given } = this.#given
    const kept = override.name == null ? this.#given : given
    return new Disredis({ ...kept, ...override } as DisredisOptions)
  }

  /**
   * Resolves when every shard has had a master. Rejects within `commandTimeout`, or at once when
   * trying again is of no use (a wrong password, an unknown master); the client goes on trying.
   */
  ready(): Promise<void> {
    return this.#run.ready()
  }

  /** Per shard: phase, master, what waits, the last failover; the Sentinels; and the placement record. */
  health(): Health {
    const { supervisor } = this.#run
    const shards = supervisor.shards.map((shard) => shard.health())
    const { commandTimeout } = this.#options
    const cache = this.#run.cache?.health()
    return summarize(shards, supervisor.topology, supervisor.placement(), commandTimeout, cache)
  }

  /**
   * Where a key lives and why.
   *
   * @throws InvalidOptionError before the masters are known; wait for `ready()`
   */
  explain(key: string | Buffer): Explanation {
    const { ring } = this.#run.knownRouter()
    const full = withPrefix(this.#options.keyPrefix, Buffer.isBuffer(key) ? key : String(key))
    const shard = ring.locate(full)
    const topology = this.#run.supervisor.topology?.shards.get(shard)
    return {
      key: full.toString(),
      hashTag: hashTag(full).toString(),
      slot: ring.slotOf(full),
      shard,
      master: topology?.master,
      replicas: topology?.replicas.map(({ address }) => address) ?? [],
    }
  }

  /**
   * All commands, sent to the master of one shard: for keyless and admin commands.
   *
   * @throws InvalidOptionError for an unknown name, and before the masters are known
   */
  shard(name: string): CommandHandle {
    const run = this.#run
    const { names } = run.knownRouter().ring
    const shard = run.supervisor.shard(name)
    if (shard === undefined) {
      throw new InvalidOptionError(
        `There is no shard '${name}'; the shards are ${names.join(', ')}`,
      )
    }
    return new CommandHandle({
      ...this.#context(this.#callPolicy),
      send: (command) => run.routeTo(shard.flow, command),
    })
  }

  /** A {@link shard} handle for each shard, by name. */
  shards(): ReadonlyMap<string, CommandHandle> {
    return new Map(this.#run.knownRouter().ring.names.map((name) => [name, this.shard(name)]))
  }

  /** The same commands under another policy; the client itself is unchanged. */
  with(options: CallOptions): CommandHandle {
    const readFrom = oneOf(
      'readFrom',
      options.readFrom ?? this.#callPolicy.readFrom,
      readFromValues,
    )
    if (readFrom !== 'master') {
      this.#usesReplicas = true
      this.#run.useReplicas()
    }
    return new CommandHandle(
      this.#context({
        ...this.#callPolicy,
        timeout: milliseconds('timeout', options.timeout, this.#callPolicy.timeout),
        boundsBlocking: options.timeout !== undefined,
        isIdempotent: options.idempotent ?? false,
        readFrom,
        signal: options.signal,
      }),
    )
  }

  /**
   * The same commands; each write, and each transaction, waits until `replicas` replicas have
   * acknowledged it (WAIT), and rejects with `DurabilityError` when they have not within `timeout` ms. It
   * is executed all the same then. Durable commands have a connection of their own per shard, so that
   * waiting delays no others: they are in order among themselves, not with commands of the client. It
   * is not consensus: a failover may still choose a replica that lacks the write.
   */
  durable({ replicas, timeout }: Durability): CommandHandle {
    const durability = {
      replicas: count('replicas', replicas, 1, 1),
      timeout: milliseconds('timeout', timeout, 1000),
    }
    const routing = new DurableRouting(durability, (shard) =>
      this.#run.supervisor.lanes.waiting(shard),
    )
    return new CommandHandle({
      ...this.#context(this.#callPolicy),
      send: (command) =>
        this.#run.routeBy(command, (router) => routing.over(router).route(command)),
    })
  }

  /**
   * The same commands; reads of one key, and each key of MGET, may be answered from the near cache (the
   * option `cache`). What they answer was true within `cache.maxStaleness` ms, and sees what this client
   * wrote before; see docs/near-cache.md. Writes, pipelines, transactions and all other commands go to the
   * masters, as they do on the client itself. Make one handle and keep it.
   *
   * @throws InvalidOptionError if the client has no near cache
   */
  cached(options: CachedOptions = {}): CachedHandle {
    if (this.#options.cache === undefined) {
      throw new InvalidOptionError('cached() needs the option `cache` of the client')
    }
    return new CachedHandle({
      ...this.#context({
        ...this.#callPolicy,
        timeout: milliseconds('timeout', options.timeout, this.#callPolicy.timeout),
        // What is not kept is no older than what is.
        readFrom: 'master',
      }),
      cache: () => this.#run.cache!,
      maxAge: milliseconds('maxAge', options.maxAge, 60_000),
    })
  }

  /**
   * Collects commands and sends them together: one write per shard, results in order. Each command
   * has its own fate; for atomicity see {@link multi}.
   */
  pipeline(commands?: readonly (readonly unknown[])[]): Pipeline {
    return new Pipeline(this.#context(this.#callPolicy), commands)
  }

  /**
   * A transaction on one shard: all its keys must live together. ioredis's `pipeline: false`, which
   * sends MULTI at once, rejects with `NotRoutableError`.
   */
  multi(options: { pipeline: false }): Promise<'OK'>
  multi(commands?: readonly (readonly unknown[])[] | { pipeline: true }): Transaction
  multi(given?: MultiArgument): Transaction | Promise<'OK'> {
    if (isSentAtOnce(given)) return builtinMethod('call').call(this, 'MULTI') as Promise<'OK'>
    return new Transaction(this.#context(this.#callPolicy), given)
  }

  /**
   * An optimistic transaction: watches the keys, calls `work` with a client for their shard, and
   * calls it again when its `multi().exec()` gave null because a watched key was changed by others,
   * whatever `work` made of that. Keys of other shards reject with `CrossShardError` in there too.
   * `work` is called again as well when the master was replaced before anything was executed, so it must
   * have no effects of its own.
   *
   * @example
   * await redis.transaction(['stock'], async (tx) => {
   *   const stock = Number(await tx.get('stock'))
   *   return tx.multi().set('stock', stock - 1).exec()
   * })
   *
   * Rejects with `TransactionConflictError`, `CrossShardError`, `OutcomeUnknownError`, or what `work` throws.
   */
  async transaction<T>(
    keys: readonly (string | Buffer)[],
    work: WatchedWork<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const retries = count('retries', options.retries, 10, 0)
    if (!Array.isArray(keys)) throw new InvalidOptionError('transaction() takes an array of keys')
    const run = this.#run
    const router = await run.routerSoon()
    const context = this.#context(this.#callPolicy)
    const watch = new Command(
      { ...commandInfo('watch'), route: { to: 'keys' } },
      [...keys],
      this.#callPolicy,
      'utf8',
      this.#options.keyPrefix,
      undefined,
    )
    const { name } = router.locate([watch], 'the transaction')
    const shard = run.supervisor.shard(name)!
    const calls = (send: BatchContext['send']) => work(new CommandHandle({ ...context, send }))
    return run.watched.run(shard, keys, calls, context, { retries })
  }

  /** Gives the client a command that runs a Lua script, and one whose reply is in buffers. */
  defineCommand(name: string, definition: ScriptDefinition): void {
    this.#addMethods(name, scriptMethods(new Script(definition)))
  }

  /** @internal */
  [addMethods](name: string, methods: MethodPair): void {
    this.#addMethods(name, methods)
  }

  /**
   * Waits for the commands under way, at most `timeout` ms, rejects the rest (`ClosedError`, or
   * `OutcomeUnknownError` for writes that were sent) and closes every connection. Later commands are
   * rejected with `ClosedError`. A second call waits for the first.
   */
  close({ timeout = drainTime }: CloseOptions = {}): Promise<void> {
    return this.#run.close(timeout)
  }

  /**
   * Closes at once, without waiting for commands under way. With `true`, by which ioredis reconnects,
   * it does nothing: this client replaces what does not answer by itself.
   */
  disconnect(reconnect = false): void {
    if (!reconnect) this.#run.close(0)
  }

  /** As {@link disconnect}; its name of old. */
  end(): void {
    this.#run.close(0)
  }

  /** As {@link close}; the name that ioredis uses. */
  quit(callback?: Callback<'OK'>): Promise<'OK'> {
    const promise = this.#run.close(drainTime).then(() => 'OK' as const)
    callBack(promise, callback)
    return promise
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#run.close(drainTime)
  }

  /** @internal */
  get [callPolicy](): CallPolicy {
    return this.#callPolicy
  }

  /** @internal */
  get [keyPrefix](): string | undefined {
    return this.#options.keyPrefix
  }

  /** @internal */
  [submit](command: Command): Promise<unknown> {
    this.#run.entry.route(command)
    return command.promise
  }

  /** @internal */
  async [changeSubscriptions](
    kind: SubscriptionKind,
    change: 'subscribe' | 'unsubscribe',
    names: readonly (string | Buffer)[],
  ): Promise<number> {
    const run = this.#run
    const { now } = run.runtime
    // As in ioredis: shard channels are keys to it, other channels are not.
    const prefix = kind === 'ssubscribe' ? this.#options.keyPrefix : undefined
    const deadline = now() + this.#options.commandTimeout
    await run.routerSoon()
    const prefixed = names.map((name) => withPrefix(prefix, name))
    return run.subscriptions[change](kind, prefixed, deadline - now())
  }

  /** Its batches and handles have them too. */
  #addMethods(name: string, { string, buffer }: MethodPair): void {
    this.#methods.set(name, string).set(`${name}Buffer`, buffer)
    defineMethods(this, this.#methods)
  }

  #open(): ClientRun {
    return new ClientRun({
      options: this.#options,
      emit: (name, ...args) => this.#emit(name, ...args),
      hasListener: (name) => listenerCount.call(this, name) > 0,
      usesReplicas: () => this.#usesReplicas,
    })
  }

  #context(callPolicy: CallPolicy): BatchContext {
    return {
      callPolicy: Object.freeze(callPolicy),
      keyPrefix: this.#options.keyPrefix,
      methods: this.#methods,
      send: (command) => this.#run.entry.route(command),
    }
  }

  #emit<Name extends keyof DisredisEvents>(name: Name, ...args: DisredisEvents[Name]): void {
    tellEvent(name, args[0])
    if (name === 'error' && listenerCount.call(this, 'error') === 0) return
    emit.call(this, name, ...args)
  }
}

export interface Disredis extends RedisCommander, Iteration, IoredisMembers {}

installIteration(Disredis.prototype)
installIoredisMembers(Disredis.prototype)
installSubscriptions(Disredis.prototype)
installCommands(Disredis.prototype)
