import type { LookupFunction } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { type Address, formatAddress } from './address.js'
import type { ByteStream, OpenSocket } from './byte-stream.js'
import { Connection, type ConnectionListener, type ConnectionOptions } from './connection.js'
import { ConnectionLostError, DialError, type DialStage } from './errors.js'
import { type Handshake, type HandshakeOptions, shakeHands } from './handshake.js'
import { openSocket as openSystemSocket } from './open-socket.js'
import { type Runtime, systemRuntime } from './runtime.js'

export interface DialOptions extends HandshakeOptions, Omit<ConnectionOptions, 'runtime'> {
  /** Options of `tls.connect`. Default: plain TCP. */
  readonly tls?: TlsOptions | undefined
  /** Resolves host names. Default: `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined
  /** ms for TCP and TLS together, and the same again for the handshake. */
  readonly timeout: number
  /** Gives the dial up. */
  readonly signal?: AbortSignal | undefined
  /** Clock and timers. Default: those of this process. */
  readonly runtime?: Runtime | undefined
  /** Opens the socket. Default: TCP or TLS. */
  readonly openSocket?: OpenSocket | undefined
  /** The connection's first listener: it may hear pushes before the dial has resolved. */
  readonly listener?: ConnectionListener | undefined
  /** How far it has come, for messages of those who wait with a limit of their own. */
  readonly onStage?: ((stage: DialStage) => void) | undefined
}

/** A connection that is ready for requests, and what its node said in the handshake. */
export interface Dialled {
  readonly connection: Connection
  readonly handshake: Handshake
}

/**
 * Connects to a node and completes the handshake. Rejects with {@link DialError}, which carries neither
 * arguments nor passwords; nothing is left open then.
 */
export async function dial(address: Address, options: DialOptions): Promise<Dialled> {
  const { runtime = systemRuntime, onStage } = options
  onStage?.('connect')
  const stream = await connect(address, options, runtime)
  onStage?.('handshake')
  const connection = new Connection(address, stream, { ...options, runtime })
  if (options.listener !== undefined) connection.listener = options.listener
  const limit = limitOf(address, options, runtime, 'handshake', () => connection.destroy())
  try {
    const handshake = await shakeHands(connection, options)
    if (limit.error !== undefined) throw limit.error
    return { connection, handshake }
  } catch (error) {
    connection.destroy()
    throw limit.error ?? handshakeError(address, error as Error)
  } finally {
    limit.end()
  }
}

function connect(address: Address, options: DialOptions, runtime: Runtime): Promise<ByteStream> {
  const { tls, lookup, openSocket = openSystemSocket, onStage } = options
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
      resolve(stream)
    }
    const limit = limitOf(
      address,
      options,
      runtime,
      () => stage,
      (error) => fail(error),
    )
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

/** Watches the time and the signal of one stage. */
function limitOf(
  address: Address,
  { timeout, signal }: DialOptions,
  runtime: Runtime,
  stage: DialStage | (() => DialStage),
  onOver: (error: DialError) => void,
): Limit {
  const where = formatAddress(address)
  let error: DialError | undefined
  const currentStage = () => (typeof stage === 'function' ? stage() : stage)
  const giveUp = (given: DialError) => {
    error ??= given
    onOver(error)
  }
  const onTimeout = () => {
    const at = currentStage()
    giveUp(
      new DialError(`${where} ${missing[at]} within ${timeout} ms`, at, {
        address: where,
        retryable: true,
        isTimeout: true,
      }),
    )
  }
  const abortError = () =>
    new DialError(`The dial of ${where} was given up: it is no longer wanted`, currentStage(), {
      address: where,
      cause: signal?.reason,
      retryable: true,
    })
  const onAbort = () => giveUp(abortError())
  const timer = runtime.setTimer(onTimeout, timeout)
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) error = abortError()
  return {
    get error() {
      return error
    },
    end() {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
    },
  }
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
  const why = error === undefined ? 'it closed the connection' : error.message
  return new DialError(`Cannot connect to ${where}: ${why}`, stage, {
    address: where,
    cause: error,
    retryable: true,
  })
}

/** What was lost in the handshake is told by its cause: the socket's error, or none. */
function handshakeError(address: Address, error: Error): DialError {
  const cause = error instanceof ConnectionLostError ? (error.cause as Error | undefined) : error
  return dialError(address, 'handshake', cause)
}

function ignore(): void {}
