import { type Address, type Connection, DialError, dial } from '@disredis/connection'
import { FleetError } from './fleet-error.js'
import type { Reply } from './reply.js'
import type { TlsFiles } from './tls-files.js'
import { type Deadline, timeLeft } from './wait-for.js'

/** How to reach a node as the fleet's own user. */
export interface Access {
  readonly username: string
  readonly password: string
  readonly tls: TlsFiles | undefined
}

export type Argument = string | number | Uint8Array

/**
 * A connection to one node, for a handful of commands. Fleets hold none open: what counts
 * connections on a server sees those of the program under test.
 */
export class NodeConnection {
  readonly #connection: Connection

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Connects, authenticates, runs `use`, disconnects. At the deadline what is pending rejects. */
  static async use<T>(
    address: Address,
    { username, password, tls }: Access,
    deadline: Deadline,
    use: (connection: NodeConnection) => Promise<T>,
  ): Promise<T> {
    const timeout = timeLeft(deadline)
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), timeout)
    let connection: Connection | undefined
    try {
      const options = { username, password, tls: tls && tlsOptions(tls), timeout }
      const dialled = await dial(address, { ...options, signal: limit.signal })
      connection = dialled.connection
      limit.signal.addEventListener('abort', () => dialled.connection.destroy())
      return await use(new NodeConnection(connection))
    } catch (error) {
      if (limit.signal.aborted) throw new Error('No answer in time')
      // What the server or the socket said.
      throw error instanceof DialError && error.cause instanceof Error ? error.cause : error
    } finally {
      clearTimeout(timer)
      connection?.destroy()
    }
  }

  /** Rejects with `ReplyError` when the server refuses, with a typed error when it is gone. */
  call(...args: readonly Argument[]): Promise<Reply> {
    const [name = '', ...rest] = args.map((arg) => (typeof arg === 'number' ? String(arg) : arg))
    return this.#connection.request(String(name), ...rest) as Promise<Reply>
  }
}

/** The fleet talks to processes that it started itself; a test may give them a bad certificate. */
function tlsOptions({ ca, cert, key }: TlsFiles) {
  return { ca, cert, key, rejectUnauthorized: false }
}

/** The typed form of what a command or a connection failed with. */
export function commandError(node: string, command: string, cause: unknown): FleetError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new FleetError('DISREDIS_FLEET_COMMAND', `${node}: ${command} failed: ${reason}`, {
    node,
    cause,
  })
}
