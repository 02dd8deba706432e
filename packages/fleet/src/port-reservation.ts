import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer, isIPv6 } from 'node:net'
import { FleetError } from './fleet-error.js'

/** A port that no other fleet on this machine takes while this one holds it. */
export interface PortReservation {
  readonly port: number
  release(): void
}

const LOWEST_PORT = 10_000
const ATTEMPTS = 500

/**
 * Reserves a TCP port that is free now and stays this fleet's also while its server is down.
 *
 * The mark is a UDP socket on the same number: it is taken atomically, between processes and users,
 * it does not get in the way of the server's TCP port, and the kernel takes it back when the process
 * dies.
 */
export async function reservePort(host: string, pick = randomPort): Promise<PortReservation> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = pick()
    const mark = await bindUdp(host, port)
    if (mark === undefined) continue
    if (await isTcpPortFree(host, port)) return { port, release: () => mark.close() }
    mark.close()
  }
  throw new FleetError(
    'DISREDIS_FLEET_OPTION',
    `No free port found on ${host} in ${ATTEMPTS} attempts. Is it an address of this machine?`,
  )
}

/** A number that no outgoing connection is given. */
export function randomPort(): number {
  return LOWEST_PORT + Math.floor(Math.random() * (firstEphemeralPort() - LOWEST_PORT))
}

/**
 * Ports from here on belong to outgoing connections. A server on one of them could lose it to any
 * client while it is down, and a client that redials a dead server there may connect to itself.
 */
function firstEphemeralPort(): number {
  try {
    const first = Number(
      readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/)[0],
    )
    return first >= LOWEST_PORT + 5_000 ? first : 65_536
  } catch {
    return 32_768 // Not Linux. Others begin at 32768 or at 49152.
  }
}

function bindUdp(host: string, port: number): Promise<UdpSocket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close()
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(new FleetError('DISREDIS_FLEET_OPTION', `Cannot bind ${host}`, { cause: error }))
    })
    socket.bind({ port, address: host, exclusive: true }, () => {
      socket.unref()
      resolve(socket)
    })
  })
}

function isTcpPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
