import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { Address } from '@disredis/connection'

export interface SocketOptions {
  readonly tls?: ConnectionOptions | true | undefined
  readonly lookup?: LookupFunction | undefined
}

/** The event that says that the socket from `openSocket` may be used. */
export function openedEvent({ tls }: SocketOptions): 'connect' | 'secureConnect' {
  return tls === undefined ? 'connect' : 'secureConnect'
}

/** Begins to connect. The name is resolved now, by this attempt. */
export function openSocket(address: Address, { tls, lookup }: SocketOptions): Socket {
  const where = { host: address.host, port: address.port, ...(lookup && { lookup }) }
  if (tls === undefined) return connectTcp({ ...where, noDelay: true })
  const options = tls === true ? {} : tls
  const servername = isIP(address.host) === 0 ? { servername: address.host } : {}
  const socket = connectTls({ ...servername, ...options, ...where })
  socket.setNoDelay(true)
  return socket
}
