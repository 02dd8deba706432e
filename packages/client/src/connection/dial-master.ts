import type { Socket } from 'node:net'
import type { Address } from '@disredis/sentinel'
import { Redis, type RedisOptions } from 'ioredis'
import { askCredentials } from './ask-credentials.js'
import { dialError } from './dial-error.js'
import { dialSocket, type SocketOptions } from './dial-socket.js'
import { GatheredWriter } from './gathered-writer.js'
import { MasterConnection } from './master-connection.js'
import { type ReplyIntake, readsReplies, takeReplies } from './reply-intake.js'
import type { WriteBatch } from './write-batch.js'

export interface Credentials {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

export interface DialOptions extends SocketOptions {
  /** Asked at every dial, so that a rotated password is picked up. */
  readonly credentials: () => Credentials | Promise<Credentials>
  readonly db: number
  readonly connectionName: string | undefined
  readonly stringNumbers: boolean
}

/** Connects to a node and completes the handshake (HELLO 3, AUTH, SELECT, CLIENT SETNAME). */
export type Dial = (
  address: Address,
  batch: WriteBatch,
  signal: AbortSignal,
) => Promise<MasterConnection>

/**
 * A dialler over ioredis. It rejects with {@link AuthenticationError} or {@link ConnectionError};
 * nothing is left open then. TCP, TLS and the handshake together take at most twice `connectTimeout`.
 */
export function createDial(options: DialOptions): Dial {
  return async (address, batch, signal) => {
    const credentials = await askCredentials(options.credentials, address, options.connectTimeout)
    const socket = await dialSocket(address, options, signal)
    const writer = new GatheredWriter(socket, batch)
    const redis = new Redis(ioredisOptions(socket, options, credentials))
    let intake: ReplyIntake | undefined
    redis.once('connect', () => {
      intake = takeReplies(redis, socket, options.stringNumbers)
    })
    try {
      await handshake(redis, socket, options.connectTimeout, signal)
    } catch (error) {
      socket.destroy()
      throw dialError(address, error)
    }
    if (!readsReplies(redis)) intake?.giveBack()
    return new MasterConnection(address, redis, socket, writer, batch)
  }
}

function ioredisOptions(
  socket: Socket,
  options: DialOptions,
  { username, password }: Credentials,
): Omit<RedisOptions, 'replyMapping'> {
  return {
    Connector: connectorFor(socket),
    lazyConnect: true,
    // Reconnecting, queueing and retrying belong to the shard.
    retryStrategy: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    // ROLE replaces the ready check, and INFO is not granted to every user.
    enableReadyCheck: false,
    // Unknown to Redis 7.0 and refused under least privilege.
    disableClientInfo: true,
    db: options.db,
    stringNumbers: options.stringNumbers,
    ...(options.connectionName !== undefined && { connectionName: options.connectionName }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  }
}

/** Hands ioredis the socket that is already connected. */
function connectorFor(socket: Socket): NonNullable<RedisOptions['Connector']> {
  class ConnectedSocket {
    async connect(): Promise<Socket> {
      return socket
    }
    disconnect(): void {
      socket.destroy()
    }
    check(): boolean {
      return true
    }
  }
  return ConnectedSocket as unknown as NonNullable<RedisOptions['Connector']>
}

async function handshake(
  redis: Redis,
  socket: Socket,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  let handshakeError: Error | undefined
  // Stays: an 'error' event without a listener is printed by ioredis, arguments included.
  redis.on('error', (error: Error) => {
    handshakeError ??= error
  })
  const giveUp = (reason: string) => {
    handshakeError ??= new Error(reason)
    socket.destroy()
  }
  const timer = setTimeout(giveUp, timeout, `No answer to the handshake within ${timeout} ms`)
  const onAbort = () => giveUp('No longer wanted')
  signal.addEventListener('abort', onAbort)
  try {
    if (signal.aborted) onAbort()
    await redis.connect()
  } catch (error) {
    throw handshakeError ?? error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
  // SELECT and CLIENT SETNAME fail without failing connect().
  if (handshakeError !== undefined) throw handshakeError
}
