import { createConnection, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { OpenSocket } from './byte-stream.js'

/** An idle connection whose other end is gone is found by the system after about 20 s. */
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 10_000 }

/** TCP, or TLS over it, without Nagle's delay. Host names are resolved now, by this attempt. */
export const openSocket: OpenSocket = ({ host, port, tls, lookup }) => {
  // Node.js checks it when it has opened the handle, which is never closed then.
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`${port} is not a port: 1..65535`)
  }
  const target = { host, port, noDelay: true, ...keepAlive, ...(lookup && { lookup }) }
  if (tls === undefined) return createConnection(target)
  // Without a server name TLS checks the certificate against the host that we dial.
  const servername = isIP(host) ? {} : { servername: host }
  const socket = connectTls({ ...servername, ...tls, ...target })
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAlive.keepAliveInitialDelay)
  return socket
}
