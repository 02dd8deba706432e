import { createConnection, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { OpenSocket } from './byte-stream.js'

/** TCP, or TLS over it, without Nagle's delay. Host names are resolved now, by this attempt. */
export const openSocket: OpenSocket = ({ host, port, tls, lookup }) => {
  // Node.js checks it when it has opened the handle, which is never closed then.
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`${port} is not a port: 1..65535`)
  }
  const target = { host, port, ...(lookup && { lookup }) }
  if (tls === undefined) return createConnection({ ...target, noDelay: true })
  // Without a server name TLS checks the certificate against the host that we dial.
  const servername = isIP(host) ? {} : { servername: host }
  const socket = connectTls({ ...servername, ...tls, ...target })
  socket.setNoDelay(true)
  return socket
}
