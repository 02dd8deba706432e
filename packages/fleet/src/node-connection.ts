import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from './address.js'
import { FleetError } from './fleet-error.js'
import { type Argument, encodeCommand, type Reply, ReplyError, ReplyParser } from './resp.js'
import type { TlsFiles } from './tls-files.js'
import { type Deadline, timeLeft } from './wait-for.js'

/** How to reach a node as the fleet's own user. */
export interface Access {
  readonly username: string
  readonly password: string
  readonly tls: TlsFiles | undefined
}

interface Waiter {
  resolve(reply: Reply): void
  reject(error: Error): void
}

/**
 * A connection to one node, for a handful of commands. Fleets hold none open: what counts
 * connections on a server sees those of the program under test.
 */
export class NodeConnection {
  readonly #socket: Socket
  readonly #parser = new ReplyParser()
  readonly #waiters: Waiter[] = []
  #failure: Error | undefined

  private constructor(address: Address, access: Access, deadline: Deadline) {
    this.#socket = dial(address, access.tls)
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('The server closed the connection')))
    const timer = setTimeout(() => this.#fail(new Error('No answer in time')), timeLeft(deadline))
    this.#socket.once('close', () => clearTimeout(timer))
  }

  /** Connects, authenticates, runs `use`, disconnects. At the deadline what is pending rejects. */
  static async use<T>(
    address: Address,
    access: Access,
    deadline: Deadline,
    use: (connection: NodeConnection) => Promise<T>,
  ): Promise<T> {
    const connection = new NodeConnection(address, access, deadline)
    try {
      const [, result] = await Promise.all([
        connection.call('AUTH', access.username, access.password),
        use(connection),
      ])
      return result
    } finally {
      connection.#socket.destroy()
    }
  }

  /** Rejects with `ReplyError` when the server refuses, with the socket's error when it is gone. */
  call(...args: Argument[]): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      this.#waiters.push({
        resolve: (reply) => (reply instanceof ReplyError ? reject(reply) : resolve(reply)),
        reject,
      })
      this.#socket.write(encodeCommand(args))
    })
  }

  #receive(chunk: Buffer): void {
    try {
      for (const reply of this.#parser.push(chunk)) this.#waiters.shift()?.resolve(reply)
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#socket.destroy()
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure)
  }
}

function dial(address: Address, tls: TlsFiles | undefined): Socket {
  if (tls === undefined) return connectTcp(address.port, address.host)
  // The fleet talks to processes that it started itself; a test may give them a bad certificate.
  return connectTls({
    ...address,
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    rejectUnauthorized: false,
  })
}

/** The typed form of what a command or a connection failed with. */
export function commandError(node: string, command: string, cause: unknown): FleetError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new FleetError('DISREDIS_FLEET_COMMAND', `${node}: ${command} failed: ${reason}`, {
    node,
    cause,
  })
}
