import type { LookupFunction } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import {
  type Address,
  dial,
  type OpenSocket,
  type Request,
  type Runtime,
} from '@disredis/connection'
import { ReplyError } from 'ioredis'
import { askCredentials, type Credentials } from './ask-credentials.js'
import { dialError } from './dial-error.js'
import { NodeConnection, roleRequests } from './node-connection.js'
import type { WriteBatch } from './write-batch.js'

export interface DialNodeOptions {
  readonly runtime: Runtime
  /** Asked at every dial, so that a rotated password is picked up. */
  readonly credentials: () => Credentials | Promise<Credentials>
  readonly db: number
  readonly connectionName: string | undefined
  readonly stringNumbers: boolean
  readonly tls: ConnectionOptions | undefined
  /** ms for TCP and TLS together, and the same again for the handshake. */
  readonly connectTimeout: number
  readonly lookup?: LookupFunction | undefined
  readonly openSocket?: OpenSocket | undefined
}

/**
 * Connects to a node and completes the handshake, which asks for the role as well.
 *
 * @param extra asked in the same packet: {@link NodeConnection.extraReply}
 */
export type DialNode = (
  address: Address,
  batch: WriteBatch,
  signal: AbortSignal,
  extra?: Request,
) => Promise<NodeConnection>

/**
 * A dialler. It rejects with {@link AuthenticationError}, {@link TlsError} or {@link ConnectionError};
 * nothing is left open then.
 */
export function createDialNode(options: DialNodeOptions): DialNode {
  const { runtime, db, connectTimeout, connectionName, stringNumbers, tls, lookup, openSocket } =
    options
  return async (address, batch, signal, extra) => {
    const credentials = await askCredentials(options.credentials, address, connectTimeout, runtime)
    try {
      const dialled = await dial(address, {
        ...credentials,
        runtime,
        batch,
        signal,
        db,
        connectionName,
        stringNumbers,
        tls,
        lookup,
        openSocket,
        timeout: connectTimeout,
        requests: extra === undefined ? roleRequests : [...roleRequests, extra],
        // Programs ask `error instanceof ReplyError` of ioredis.
        makeError: (message) => new ReplyError(message),
      })
      return new NodeConnection(dialled, db, runtime)
    } catch (error) {
      throw dialError(address, error)
    }
  }
}
