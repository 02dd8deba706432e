import type { Address, Runtime, Timer } from '@disredis/connection'
import type { Command, ReplyHold } from '../commands/command.js'
import { verdictOnReply } from '../commands/verdicts.js'
import type { NodeConnection } from '../connection/node-connection.js'
import type { ConnectionOwner } from '../connection/shard-connection.js'
import type { WriteBatch } from '../connection/write-batch.js'
import { Backoff } from '../queueing/backoff.js'
import { deadlineError } from '../queueing/command-errors.js'
import { Deadlines } from '../queueing/deadlines.js'
import type { Ticked, Ticker } from '../queueing/ticker.js'
import { replyError } from '../shard/command-flow.js'
import type { Shard, ShardSession } from '../shard/shard.js'
import type { CachePart } from './cache-part.js'
import type { CachedRead } from './cached-read.js'
import { keyText } from './key-text.js'
import { askTrackingTable, type TrackingTable } from './tracking-table.js'

export interface TrackingLinkContext {
  readonly shard: Shard
  readonly part: CachePart<CachedRead>
  readonly runtime: Runtime
  readonly batch: WriteBatch
  readonly ticker: Ticker
  /** ms for the dial, and for each answer until it tracks. */
  readonly connectTimeout: number
  /** ms without a byte, while replies are overdue, after which nothing is kept. */
  readonly silenceTimeout: number
  /** ms of that after which another connection is made. */
  readonly livenessTimeout: number
  /** ms: see {@link CachePart.find}. */
  readonly maxStaleness: number
  readonly dial: (address: Address, signal: AbortSignal) => Promise<NodeConnection>
  /** It tracks, or it cannot, or no longer. */
  readonly onChanged: () => void
}

/**
 * - `idle`: the shard has no master that serves.
 * - `dialling`: a connection is being made, or the next attempt waits.
 * - `tracking`: reads are sent on it and kept.
 * - `refused`: the server does not track for this user; asked again on the next connection of the shard.
 * - `closed`: final.
 */
export type TrackingState = 'idle' | 'dialling' | 'tracking' | 'refused' | 'closed'

/** ms between two looks at how full the server's table of tracked keys is. */
const tableInterval = 30_000

/**
 * A further connection to the master that serves a shard, on which the server tells which of the keys that
 * were read on it have changed (CLIENT TRACKING in its default mode). Reads are sent on it, and nothing else:
 * what it reads is what it keeps, no CLIENT CACHING is needed, and the shard's own connection tracks nothing.
 *
 * Invariants:
 * - the part is open only while it tracks, the shard is `ready`, both connections say something when they are
 *   asked, and the shard is served by the very connection by which it was when this one was dialled;
 * - pushes and replies are told to the part within the reader, in the order of the wire;
 * - a read that it fails to answer goes to the shard's own connection and fills nothing.
 */
export class TrackingLink implements ConnectionOwner, ShardSession, Ticked {
  /** Of the shard; reads need none. */
  replyHold: ReplyHold | undefined
  readonly #context: TrackingLinkContext
  readonly #backoff: Backoff
  readonly #deadlines = new Deadlines()
  readonly #drainWaiters: (() => void)[] = []
  #state: TrackingState = 'idle'
  /** Of the shard, that this connection, or the attempt at one, belongs to. */
  #generation = 0
  #abort: AbortController | undefined
  #connection: NodeConnection | undefined
  #retryTimer: Timer | undefined
  #heartbeat: Timer | undefined
  #isTicked = false
  #refusal: Error | undefined
  #lastError: Error | undefined
  #table: TrackingTable | undefined
  #tableAskedAt = Number.NEGATIVE_INFINITY

  constructor(context: TrackingLinkContext) {
    this.#context = context
    this.#backoff = new Backoff(25, 1000, context.runtime.random)
    context.shard.attach(this)
    this.shardChanged()
  }

  get part(): CachePart<CachedRead> {
    return this.#context.part
  }

  get shard(): string {
    return this.#context.shard.name
  }

  get state(): TrackingState {
    return this.#state
  }

  /** Why it does not track. */
  get reason(): Error | undefined {
    if (this.#state === 'refused') return this.#refusal
    return this.#state === 'dialling' ? this.#lastError : undefined
  }

  /** The server's table of tracked keys, if it may be looked at. */
  get table(): TrackingTable | undefined {
    return this.#table
  }

  /** It tracks, was refused, or could not be dialled: there is nothing to wait for at a start. */
  get isDecided(): boolean {
    return this.#state !== 'idle' && (this.#state !== 'dialling' || this.#lastError !== undefined)
  }

  /** Only while the part is open. */
  send(read: CachedRead): void {
    const connection = this.#connection!
    read.startClock(this.#context.batch.countCommand())
    this.#deadlines.add(read)
    this.#startTicking()
    read.writeTo(connection.wire, connection)
  }

  /** Reads may be sent: the part is open, and what is sent leaves. */
  get isWritable(): boolean {
    return this.#context.part.isOpen && this.#connection!.isWritable
  }

  /** Of the shard: its phase, its connection, or what that connection says of itself. */
  shardChanged(): void {
    if (this.#state === 'closed') return
    const { shard } = this.#context
    if (shard.generation !== this.#generation || shard.connection === undefined) {
      this.#leave()
      this.#generation = shard.generation
      this.#state = 'idle'
    }
    if (this.#state === 'idle' && shard.phase === 'ready' && shard.connection !== undefined) {
      this.#backoff.reset()
      this.#lastError = undefined
      this.#dial()
    }
    this.#update()
  }

  /** Of the shard: another node serves, or none any more. */
  end(): void {
    this.#leave()
    if (this.#state !== 'closed') this.#state = 'idle'
  }

  /** Resolves when no read is pending here. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#drainWaiters.push(resolve)
      this.#startTicking()
    })
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#context.shard.detach(this)
    this.#leave()
    this.#settleDrainWaiters()
  }

  tick(now: number): boolean {
    const connection = this.#connection
    const isAsked = connection !== undefined && connection.inFlight > 0
    if (isAsked) {
      const { silenceTimeout, livenessTimeout } = this.#context
      const silence = now - connection.waitingSince - connection.roundTrip
      if (silence > livenessTimeout) this.#lose()
      else if (silence > silenceTimeout && !connection.isSilent) {
        connection.isSilent = true
        this.#update()
      }
    }
    const { name } = this.#context.shard
    this.#deadlines.expire(now, (command) =>
      command.abandon(deadlineError(command, name, true, command.refusal)),
    )
    if (this.#deadlines.isEmpty) this.#settleDrainWaiters()
    this.#isTicked = !this.#deadlines.isEmpty || isAsked
    return this.#isTicked
  }

  commandFailed(command: Command, error: Error): void {
    const read = command as CachedRead
    const reply = error.name === 'ReplyError' ? replyError(read, error) : undefined
    if (reply !== undefined && verdictOnReply(reply.message, read) === 'surface') {
      read.fail(reply)
      return
    }
    read.fillNothing()
    read.refusal = reply
    this.#context.shard.flow.resend(read)
  }

  connectionClosed(connection: NodeConnection): void {
    if (connection === this.#connection) this.#lose()
  }

  connectionChanged(connection: NodeConnection): void {
    if (connection === this.#connection) this.#update()
  }

  /** The one place that says whether the part may be trusted. */
  #update(): void {
    const { part, shard, onChanged } = this.#context
    const isTrusted =
      this.#state === 'tracking' &&
      this.#connection?.isSilent === false &&
      shard.phase === 'ready' &&
      shard.generation === this.#generation &&
      shard.connection?.isSilent === false
    if (isTrusted === part.isOpen) return
    if (isTrusted) part.open()
    else part.close()
    onChanged()
  }

  #dial(): void {
    this.#state = 'dialling'
    this.#abort = new AbortController()
    const { signal } = this.#abort
    this.#begin(signal).then(
      (connection) => {
        if (signal.aborted) {
          connection.destroy()
          return
        }
        this.#state = 'tracking'
        this.#connection = connection
        this.#lastError = undefined
        this.#backoff.reset()
        connection.owner = this
        if (connection.isClosed) this.#lose()
        else this.#beat(connection)
        this.#update()
        this.#context.onChanged()
      },
      (error: Error) => {
        if (signal.aborted) return
        this.#lastError = error
        if (error.name === 'ReplyError' && refusal.test(error.message)) {
          this.#state = 'refused'
          this.#refusal = error
        } else this.#dialLater()
        this.#context.onChanged()
      },
    )
  }

  /** A connection that tracks. Rejects with the server's refusal to track, or with why there is none. */
  async #begin(signal: AbortSignal): Promise<NodeConnection> {
    const { shard, dial, connectTimeout, runtime, part } = this.#context
    const connection = await dial(shard.connection!.address, signal)
    const timer = runtime.setTimer(() => connection.destroy(), connectTimeout)
    try {
      const { isMaster } = await connection.role(signal, connectTimeout)
      if (!isMaster) throw new Error(`The node at ${connection.where} is no longer a master.`)
      // Before it tracks: nothing that it tells is missed.
      connection.onPush = ([kind, keys]) => {
        if (connection === this.#connection && String(kind) === 'invalidate') forget(part, keys)
      }
      await connection.ask('CLIENT', 'TRACKING', 'ON')
      return connection
    } catch (error) {
      connection.destroy()
      throw error
    } finally {
      timer.cancel()
    }
  }

  #dialLater(): void {
    this.#state = 'dialling'
    this.#retryTimer = this.#context.runtime.setTimer(() => {
      const { shard } = this.#context
      if (shard.phase === 'ready' && shard.connection !== undefined) this.#dial()
      else this.#state = 'idle'
    }, this.#backoff.next())
  }

  /** The connection alone was lost, or is of no use; the shard may have a master. */
  #lose(): void {
    this.#leave()
    this.#lastError = new Error('The tracking connection was lost')
    this.#dialLater()
  }

  /** Whatever there is, or is being made, is given up. */
  #leave(): void {
    this.#abort?.abort()
    this.#abort = undefined
    this.#retryTimer?.cancel()
    this.#heartbeat?.cancel()
    const connection = this.#connection
    this.#connection = undefined
    const { part, onChanged } = this.#context
    if (part.isOpen) {
      part.close()
      onChanged()
    }
    // What is under way comes back, and goes on by the shard's own connection.
    connection?.destroy()
  }

  /** Asks for a sign of life as often as what is kept is to be proven, if nothing else was asked. */
  #beat(connection: NodeConnection): void {
    const { runtime, part, maxStaleness } = this.#context
    const interval = maxStaleness / 4
    this.#heartbeat = runtime.setTimer(() => {
      if (connection !== this.#connection) return
      const now = runtime.now()
      if (part.size > 0 && now - part.provenAt >= interval && !connection.isSilent) {
        connection.wire.send('PING', [], {
          wantsText: true,
          onReply: () => {
            if (connection === this.#connection) part.prove(now)
          },
          // It is closed, and says so itself.
          onError: () => {},
        })
        this.#startTicking()
      }
      this.#lookAtTable(connection, now)
      this.#beat(connection)
    }, interval)
  }

  #lookAtTable(connection: NodeConnection, now: number): void {
    if (now - this.#tableAskedAt < tableInterval) return
    this.#tableAskedAt = now
    askTrackingTable(connection).then(
      (table) => {
        this.#table = table
      },
      // It is closed, and says so itself.
      () => {},
    )
  }

  #startTicking(): void {
    if (this.#isTicked) return
    this.#isTicked = true
    this.#context.ticker.watch(this)
  }

  #settleDrainWaiters(): void {
    for (const resolve of this.#drainWaiters.splice(0)) resolve()
  }
}

/** The user may not, or the server cannot; anything else passes. */
const refusal = /^(?:NOPERM|ERR) /

/** @param keys null: the keyspace was flushed */
function forget(part: CachePart<CachedRead>, keys: unknown): void {
  if (Array.isArray(keys)) for (const key of keys) part.invalidate(keyText(key as Buffer))
  else part.empty()
}
