import type { Address } from './address.js'
import { formatAddress } from './address.js'
import type { ByteStream } from './byte-stream.js'
import { ConfirmedRequest } from './confirmed-request.js'
import { type Argument, encodeRequest } from './encode-request.js'
import { ConnectionLostError, ProtocolError, ReplyError, reasonOf } from './errors.js'
import { Fifo } from './fifo.js'
import type { PendingReply } from './pending-reply.js'
import { type ReplyLimits, resolveReplyLimits } from './reply-limits.js'
import { ReplyReader, type ReplyTarget } from './reply-reader.js'
import type { Runtime } from './runtime.js'
import { withoutArguments } from './without-arguments.js'

/** A write of so many bytes may take longer to arrive than a server may take to answer. */
const largeWrite = 64 * 1024

/** Text that is gathered before it is written without waiting for the end of the batch. */
const flushLength = 64 * 1024

/** Unsent bytes in the socket above which a connection is congested. */
const congestedBytes = 1024 * 1024

/** What is flushed together: the connections that were written to in one go. */
export interface FlushBatch {
  /** Monotonic ms; may stand still within a batch. */
  now(): number
  /** `member.flush()` is to be called once, soon. Called at most once per member and flush. */
  join(member: { flush(): void }): void
}

export interface ConnectionListener {
  /** A push: a message, the confirmation of a subscription, an invalidation. Strings are buffers. */
  onPush?(items: readonly unknown[]): void
  /**
   * Bytes came, and are about to be read.
   *
   * @param silence ms since the last ones, or since a reply has been awaited
   */
  onChunk?(silence: number): void
  /** Bytes came and were read. */
  onBytes?(): void
  /** It became congested, or has drained. */
  onCongestion?(): void
  /** It is closed, and every pending request has failed. Once, and last. */
  onClose?(error: ConnectionLostError): void
}

export interface ConnectionOptions {
  readonly runtime: Runtime
  /** When requests leave. Default: all of one tick together. */
  readonly batch?: FlushBatch | undefined
  /** Integers and doubles of replies as their text. Default false. */
  readonly stringNumbers?: boolean | undefined
  readonly limits?: Partial<ReplyLimits> | undefined
  /**
   * The error of an error reply. Default: a {@link ReplyError} without what the server repeats of the
   * arguments.
   */
  readonly makeError?: ((message: string) => Error) | undefined
}

/**
 * One RESP3 connection to one node, on a stream that is open. Requests leave in the order of the calls;
 * what is asked for in one go leaves in one write. It never reconnects and repeats nothing: when it ends,
 * every request that is pending fails, in order, and then `onClose` is told.
 */
export class Connection implements ReplyTarget {
  readonly address: Address
  /** To whom it tells what happens; may be replaced at any time. */
  listener: ConnectionListener = {}
  /** @internal Told what ended it, before its listener is. */
  onEnd: ((failure: Error | undefined) => void) | undefined
  /**
   * Since when the oldest reply has been awaited without a byte received, in the clock of the batch. Of
   * use while {@link inFlight} is not 0.
   */
  waitingSince = 0
  readonly #stream: ByteStream
  readonly #batch: FlushBatch
  readonly #runtime: Runtime
  readonly #reader: ReplyReader
  readonly #pending = new Fifo<PendingReply>()
  #sent = 0
  #flushed = 0
  #text = ''
  #chunks: (string | Uint8Array)[] | undefined
  #isJoined = false
  #isCongested = false
  /** What was written at once, and how many requests had been sent by then. */
  #largeWrites: { readonly position: number; readonly bytes: number }[] = []
  #isClosed = false
  #failure: Error | undefined

  constructor(address: Address, stream: ByteStream, options: ConnectionOptions) {
    const { runtime, batch, stringNumbers = false, limits, makeError } = options
    this.address = address
    this.#stream = stream
    this.#runtime = runtime
    this.#batch = batch ?? {
      now: () => runtime.now(),
      join: (member) => runtime.nextTick(() => member.flush()),
    }
    this.#reader = new ReplyReader(this, {
      stringNumbers,
      limits: resolveReplyLimits(limits),
      makeError: makeError ?? ((message) => withoutArguments(new ReplyError(message))),
    })
    stream.on('data', (chunk: Buffer) => this.#read(chunk))
    stream.on('error', (error: Error) => {
      this.#failure ??= error
    })
    // No reply can come any more, and what is written now may never leave.
    stream.on('end', () => stream.destroy())
    stream.on('close', () => this.#close())
  }

  /** Requests whose reply has not arrived. */
  get inFlight(): number {
    return this.#pending.length
  }

  /** More than {@link congestedBytes} wait in the socket: the caller should hold back. */
  get isCongested(): boolean {
    return this.#isCongested
  }

  get isWritable(): boolean {
    return this.#stream.writable && !this.#isCongested
  }

  /** It has ended, and every request of it is settled. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** It was destroyed, by either side or by what was received; `onClose` follows or has been told. */
  get isDestroyed(): boolean {
    return this.#stream.destroyed
  }

  /** What ended it: the socket's error or a {@link ProtocolError}. Undefined if it was closed in order. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /**
   * Sends a request; it leaves with the batch. On a connection that has ended, `pending` fails in the
   * next tick.
   *
   * @returns the position of the request: see {@link hasLeft}
   * @throws TypeError for an argument that is neither text nor bytes; then nothing is sent
   */
  send(name: string, args: readonly Argument[], pending: PendingReply): number {
    if (this.#isClosed) {
      this.#runtime.nextTick(() => pending.onError(this.#lostError(false)))
      return Number.POSITIVE_INFINITY
    }
    const bytes = encodeRequest(name, args)
    const { pushes } = pending
    const waiter = pushes === undefined ? pending : new ConfirmedRequest(name, pending, pushes)
    if (this.#pending.length === 0) this.waitingSince = this.#batch.now()
    const position = this.#sent++
    this.#pending.push(waiter)
    this.#gather(bytes)
    return position
  }

  /** Whether the request at that position was handed to the socket: it may be executed. */
  hasLeft(position: number): boolean {
    return position < this.#flushed
  }

  /** Sends one request. Rejects with the error reply, or with {@link ConnectionLostError}. */
  request(name: string, ...args: readonly Argument[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.send(name, args, { wantsText: true, onReply: resolve, onError: reject })
    })
  }

  /**
   * Sends a request that pushes answer, such as SUBSCRIBE with at least one name: resolves when all were
   * confirmed. Rejects with the error reply, or with {@link ConnectionLostError}.
   */
  async subscribe(name: string, ...names: readonly Argument[]): Promise<void> {
    await new Promise((resolve, reject) => {
      const pending = { wantsText: false, pushes: names.length, onReply: resolve, onError: reject }
      this.send(name, names, pending)
    })
  }

  /** Writes what was gathered. Called by the batch. */
  flush(): void {
    this.#isJoined = false
    const text = this.#text
    const chunks = this.#chunks
    this.#text = ''
    this.#chunks = undefined
    const stream = this.#stream
    // It is ending: what is not written has not left.
    if (!stream.writable) return
    if (chunks === undefined) {
      if (text !== '') stream.write(text)
    } else {
      if (text !== '') chunks.push(text)
      stream.cork()
      for (const chunk of chunks) stream.write(chunk)
      stream.uncork()
    }
    const bytes = chunks?.reduce((sum, chunk) => sum + chunk.length, 0) ?? text.length
    if (bytes >= largeWrite) this.#largeWrites.push({ position: this.#sent, bytes })
    this.#flushed = this.#sent
    this.#watchCongestion()
  }

  /**
   * Bytes of requests that left in large pieces and are not answered: they may still be under way where the
   * link is slow, and no reply can come before they have arrived.
   */
  get bytesUnderWay(): number {
    const answered = this.#sent - this.#pending.length
    this.#largeWrites = this.#largeWrites.filter(({ position }) => position > answered)
    return this.#largeWrites.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /**
   * Writes an empty line, which servers skip without an answer: a sign of life behind a request that may
   * wait for long. It arrives while that request waits: the server's idle time of this connection begins
   * anew.
   */
  touch(): void {
    if (this.#stream.writable) this.#gather('\r\n')
  }

  /**
   * Closes at once, without what was gathered. `onClose` follows, not within the call. What has arrived
   * in the same chunk as the reply that is told at the moment is told before it.
   */
  destroy(): void {
    this.#stream.destroy()
  }

  /** @internal */
  wantsText(): boolean {
    return this.#pending.peek()?.wantsText === true
  }

  /** @internal */
  onReply(reply: unknown): void {
    this.#next().onReply(reply)
  }

  /** @internal */
  onErrorReply(error: Error): void {
    this.#next().onError(error)
  }

  /** @internal */
  onPush(items: readonly unknown[]): void {
    const head = this.#pending.peek()
    if (head instanceof ConfirmedRequest && head.isSettledBy(items)) {
      this.#next().onReply(undefined)
    }
    try {
      this.listener.onPush?.(items)
    } catch (error) {
      // The program's own: it must not keep the rest of the chunk from being read.
      this.#throwLater(error)
    }
  }

  #next(): PendingReply {
    const pending = this.#pending.shift()
    if (pending === undefined) {
      throw new ProtocolError('The server sent a reply to no request')
    }
    return pending
  }

  #read(chunk: Buffer): void {
    // A stream may hand out what it had when it was destroyed.
    if (this.#stream.destroyed) return
    // Not by the batch's clock, which stands still while the event loop is held up.
    if (this.listener.onChunk !== undefined && this.#pending.length > 0) {
      this.listener.onChunk(this.#runtime.now() - this.waitingSince)
    }
    try {
      this.#reader.read(chunk)
    } catch (error) {
      this.#failure ??= error as Error
      this.#stream.destroy()
      return
    }
    this.waitingSince = this.#batch.now()
    this.listener.onBytes?.()
  }

  #gather(chunk: string | Uint8Array): void {
    if (typeof chunk === 'string') {
      this.#text += chunk
      if (this.#text.length >= flushLength) this.#flushEarly()
    } else {
      this.#chunks ??= []
      if (this.#text !== '') this.#chunks.push(this.#text)
      this.#text = ''
      this.#chunks.push(chunk)
    }
    if (!this.#isJoined) {
      this.#isJoined = true
      this.#batch.join(this)
    }
  }

  /** Still a member of the batch: its end finds nothing more to write, or what came since. */
  #flushEarly(): void {
    const isJoined = this.#isJoined
    this.flush()
    this.#isJoined = isJoined
  }

  #watchCongestion(): void {
    if (this.#isCongested || this.#stream.writableLength < congestedBytes) return
    this.#isCongested = true
    const onDrain = () => {
      this.#stream.off('drain', onDrain)
      this.#isCongested = false
      this.listener.onCongestion?.()
    }
    this.#stream.on('drain', onDrain)
    this.listener.onCongestion?.()
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#text = ''
    this.#chunks = undefined
    this.#reader.end()
    const unsent = this.#lostError(false)
    const unanswered = this.#lostError(true)
    const first = this.#sent - this.#pending.length
    for (let position = first; position < this.#sent; position++) {
      const error = this.hasLeft(position) ? unanswered : unsent
      try {
        this.#pending.shift()!.onError(error)
      } catch (thrown) {
        // Others wait behind it.
        this.#throwLater(thrown)
      }
    }
    this.onEnd?.(this.#failure)
    this.listener.onClose?.(this.hasLeft(first) ? unanswered : unsent)
  }

  #throwLater(error: unknown): void {
    this.#runtime.nextTick(() => {
      throw error
    })
  }

  #lostError(mayHaveExecuted: boolean): ConnectionLostError {
    const where = formatAddress(this.address)
    const failure = this.#failure
    const why = failure === undefined ? '' : `: ${reasonOf(failure)}`
    return new ConnectionLostError(`The connection to ${where} was lost${why}.`, {
      address: where,
      cause: failure,
      retryable: true,
      mayHaveExecuted,
    })
  }
}
