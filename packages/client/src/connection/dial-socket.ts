import { createConnection, isIP, type LookupFunction, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { type Address, formatAddress } from '@disredis/sentinel'
import { ConnectionError, TlsError } from '../errors.js'

export interface SocketOptions {
  readonly tls: ConnectionOptions | undefined
  /** ms for TCP and TLS together. */
  readonly connectTimeout: number
  readonly lookup?: LookupFunction | undefined
}

/**
 * A connected socket (after the TLS handshake). Rejects with {@link ConnectionError} on refusal,
 * timeout, or `signal`, and with {@link TlsError} when a certificate does not fit; nothing is left
 * open then.
 */
export function dialSocket(
  address: Address,
  options: SocketOptions,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (what: string, cause?: unknown) => {
      cleanUp()
      socket.destroy()
      const where = formatAddress(address)
      reject(
        new ConnectionError(`Cannot connect to ${where}: ${what}.`, {
          address: where,
          cause,
          retryable: true,
        }),
      )
    }
    const failTls = (error: Error) => {
      cleanUp()
      socket.destroy()
      const where = formatAddress(address)
      reject(
        new TlsError(`TLS to ${where} failed: ${error.message}.`, { address: where, cause: error }),
      )
    }
    const onAbort = () => fail('no longer wanted', signal.reason)
    const onError = (error: NodeJS.ErrnoException) => {
      const isSecuring = options.tls !== undefined && !socket.connecting
      if (isSecuring && error.code !== undefined && error.code !== 'ECONNRESET') failTls(error)
      else fail(error.message, error)
    }
    const onConnect = () => {
      cleanUp()
      socket.setNoDelay(true)
      resolve(socket)
    }
    const cleanUp = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      socket.off(connectEvent, onConnect)
      // A socket may report more than one error; after the first they are of no interest.
      socket.on('error', ignore)
    }
    const connectEvent = options.tls === undefined ? 'connect' : 'secureConnect'
    const socket = openSocket(address, options)
    const timer = setTimeout(
      () => fail(`no answer within ${options.connectTimeout} ms`),
      options.connectTimeout,
    )
    socket.once('error', onError)
    socket.once(connectEvent, onConnect)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
  })
}

function openSocket(address: Address, { tls, lookup }: SocketOptions): Socket {
  const target = { host: address.host, port: address.port, ...(lookup && { lookup }) }
  if (tls === undefined) return createConnection(target)
  // Without a server name TLS checks the certificate against the host we dial.
  const servername = isIP(address.host) ? {} : { servername: address.host }
  return connectTls({ ...servername, ...tls, ...target })
}

function ignore(): void {}
