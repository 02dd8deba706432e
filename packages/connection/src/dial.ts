import type { LookupFunction } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { type Address, formatAddress } from './address.js'
import type { ByteStream, OpenSocket } from './byte-stream.js'
import { Connection, type ConnectionListener, type ConnectionOptions } from './connection.js'
import { type DialStep, dials } from './dial-channel.js'
import { ConnectionLostError, DialError, type DialStage, reasonOf } from './errors.js'
import { adviceOn, type Handshake, type HandshakeOptions, shakeHands } from './handshake.js'
import { openSocket as openSystemSocket } from './open-socket.js'
import { resolveReplyLimits } from './reply-limits.js'
import { type Runtime, systemRuntime } from './runtime.js'

export interface DialOptions extends HandshakeOptions, Omit<ConnectionOptions, 'runtime'> {
  /** Options of `tls.connect`. Default: plain TCP. */
  readonly tls?: TlsOptions | undefined
  /** Resolves host names. Default: `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined
  /** ms for TCP and TLS together, and the same again for the handshake: up to 2147483647. */
  readonly timeout: number
  /** Gives the dial up. */
  readonly signal?: AbortSignal | undefined
  /** Clock and timers. Default: those of this process. */
  readonly runtime?: Runtime | undefined
  /** Opens the socket. Default: TCP or TLS. */
  readonly openSocket?: OpenSocket | undefined
  /** The connection's first listener: it may hear pushes before the dial has resolved. */
  readonly listener?: ConnectionListener | undefined
  /** How far it has come, for messages of those who wait with a limit of their own. Must not throw. */
  readonly onStage?: ((stage: DialStage) => void) | undefined
}

/** A connection that is ready for requests, and what its node said in the handshake. */
export interface Dialled {
  readonly connection: Connection
  readonly handshake: Handshake
}

/**
 * Connects to a node and completes the handshake. Rejects with {@link DialError}, which carries neither
 * arguments nor passwords; nothing is left open then. Rejects with a TypeError for options that are none.
 */
export async function dial(address: Address, options: DialOptions): Promise<Dialled> {
  const { runtime = systemRuntime, signal, timeout } = options
  // What a timer cannot count it takes for 1 ms.
  if (!(timeout <= longestTimeout)) {
    throw new TypeError(`\`timeout\` must be at most ${longestTimeout} ms, not ${timeout}`)
  }
  if (signal?.aborted) throw abortError(address, 'connect', signal)
  if (!dials.hasSubscribers) return connectAndGreet(address, options, runtime)
  return toldOf(address, options, runtime)
}

/** The same, told step by step on the channel of dials. */
async function toldOf(address: Address, options: DialOptions, runtime: Runtime): Promise<Dialled> {
  const startedAt = runtime.now()
  const tell = (step: DialStep, since = startedAt) => {
    dials.publish({ ...step, address, duration: runtime.now() - since })
  }
  const onStage = (step: DialStage) => {
    tell({ step })
    options.onStage?.(step)
  }
  try {
    const dialled = await connectAndGreet(address, { ...options, onStage }, runtime)
    const { server, version, id } = dialled.handshake
    tell({ step: 'ready', server, version, id })
    const readyAt = runtime.now()
    dialled.connection.onEnd = (error) => tell({ step: 'closed', id, error }, readyAt)
    return dialled
  } catch (error) {
    if (error instanceof DialError) tell({ step: 'failed', stage: error.stage, error })
    throw error
  }
}

async function connectAndGreet(
  address: Address,
  options: DialOptions,
  runtime: Runtime,
): Promise<Dialled> {
  const { onStage } = options
  onStage?.('connect')
  const connection = await connect(address, options, runtime)
  const limit = limitOf(
    address,
    options,
    runtime,
    () => 'handshake',
    () => connection.destroy(),
  )
  try {
    onStage?.('handshake')
    if (limit.error !== undefined) throw limit.error
    const handshake = await shakeHands(connection, { ...options, runtime })
    if (limit.error !== undefined) throw limit.error
    // What came behind the last reply may have ended it.
    if (connection.isDestroyed) throw dialError(address, 'handshake', connection.failure)
    return { connection, handshake }
  } catch (error) {
    connection.destroy()
    throw limit.error ?? handshakeError(address, error as Error)
  } finally {
    limit.end()
  }
}

function connect(address: Address, options: DialOptions, runtime: Runtime): Promise<Connection> {
  const { tls, lookup, openSocket = openSystemSocket, onStage, listener } = options
  const connectionOptions = { ...options, limits: resolveReplyLimits(options.limits), runtime }
  return new Promise((resolve, reject) => {
    let stage: DialStage = 'connect'
    let stream: ByteStream
    try {
      stream = openSocket({ ...address, tls, lookup })
    } catch (error) {
      // Certificates or keys in `tls` that cannot be read.
      reject(dialError(address, tls === undefined ? 'connect' : 'tls', error as Error))
      return
    }
    const fail = (error: DialError) => {
      cleanUp()
      stream.destroy()
      reject(error)
    }
    const onError = (error: Error) => fail(dialError(address, stage, error))
    const onClose = () => fail(dialError(address, stage, undefined))
    const onConnect = () => {
      if (tls === undefined) {
        onOpen()
        return
      }
      stage = 'tls'
      onStage?.('tls')
    }
    const onOpen = () => {
      cleanUp()
      // Not a tick later: its end may be told by then.
      const connection = new Connection(address, stream, connectionOptions)
      if (listener !== undefined) connection.listener = listener
      resolve(connection)
    }
    const limit = limitOf(address, options, runtime, () => stage, fail)
    const cleanUp = () => {
      limit.end()
      stream.off('connect', onConnect)
      stream.off('secureConnect', onOpen)
      stream.off('close', onClose)
      stream.off('error', onError)
      // A socket may report more than one error; after the first they are of no interest.
      stream.on('error', ignore)
    }
    stream.on('connect', onConnect)
    stream.on('secureConnect', onOpen)
    stream.on('close', onClose)
    stream.on('error', onError)
    if (limit.error !== undefined) fail(limit.error)
  })
}

interface Limit {
  /** Why the dial was given up, if it was. */
  readonly error: DialError | undefined
  end(): void
}

/** Watches the time and the signal of one stage. `onOver` is not called within: see `error`. */
function limitOf(
  address: Address,
  { timeout, signal }: DialOptions,
  runtime: Runtime,
  stage: () => DialStage,
  onOver: (error: DialError) => void,
): Limit {
  let error: DialError | undefined
  let isEnded = false
  const giveUp = (given: DialError) => {
    if (isEnded || error !== undefined) return
    error = given
    onOver(error)
  }
  // The process may have stood still, with the answer waiting in the socket.
  const onTimeout = () => runtime.afterIo(() => giveUp(timeoutError(address, stage(), timeout)))
  const onAbort = () => giveUp(abortError(address, stage(), signal))
  const timer = runtime.setTimer(onTimeout, timeout)
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) error = abortError(address, stage(), signal)
  return {
    get error() {
      return error
    },
    end() {
      isEnded = true
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

function timeoutError(address: Address, stage: DialStage, timeout: number): DialError {
  const where = formatAddress(address)
  return new DialError(`${where} ${missing[stage]} within ${timeout} ms`, stage, {
    address: where,
    retryable: true,
    isTimeout: true,
  })
}

function abortError(
  address: Address,
  stage: DialStage,
  signal: AbortSignal | undefined,
): DialError {
  const where = formatAddress(address)
  return new DialError(`The dial of ${where} was given up: it is no longer needed`, stage, {
    address: where,
    cause: signal?.reason,
    retryable: true,
  })
}

/** What had not happened when the time was over. */
const missing: Readonly<Record<DialStage, string>> = {
  connect: 'did not accept the connection',
  tls: 'did not complete the TLS handshake',
  handshake: 'did not answer the handshake',
}

/** @param error undefined: the other side closed the connection */
function dialError(address: Address, stage: DialStage, error: Error | undefined): DialError {
  const where = formatAddress(address)
  const advice = error && adviceOn(error)
  const reason = error === undefined ? 'it closed the connection' : reasonOf(error)
  const why = advice === undefined ? reason : `${reason}: ${advice}`
  return new DialError(`Cannot connect to ${where}: ${why}`, stage, {
    address: where,
    cause: error,
    retryable: true,
  })
}

/** What was lost in the handshake is told by its cause: the socket's error, or none. */
function handshakeError(address: Address, error: Error): Error {
  if (error instanceof DialError || error instanceof TypeError) return error
  const cause = error instanceof ConnectionLostError ? (error.cause as Error | undefined) : error
  return dialError(address, 'handshake', cause)
}

function ignore(): void {}

/** ms; of a timer of Node.js. */
const longestTimeout = 2 ** 31 - 1
