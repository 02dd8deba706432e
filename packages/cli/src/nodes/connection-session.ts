import type { Socket } from 'node:net'
import {
  Connection,
  ConnectionLostError,
  ProtocolError,
  ReplyError,
  systemRuntime,
} from '@disredis/connection'
import type { Address } from '@disredis/sentinel'
import {
  NodeFailure,
  type NodeSession,
  type OpenNodeSession,
  type Reply,
  ReplyRefusal,
} from './node-session.js'
import { openSocket } from './open-socket.js'

/** Opens a session and logs in. @throws NodeFailure */
export const openConnectionSession: OpenNodeSession = async (address, access, timeout) => {
  const socket = await openSocket(address, access, timeout)
  const session = new ConnectionSession(address, socket, timeout)
  try {
    await session.greet(access.username, access.password)
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

class ConnectionSession implements NodeSession {
  readonly #connection: Connection
  readonly #timeout: number
  readonly #gone: Promise<void>

  constructor(address: Address, socket: Socket, timeout: number) {
    this.#timeout = timeout
    this.#gone = new Promise((resolve) => socket.once('close', () => resolve()))
    this.#connection = new Connection(address, socket, { runtime: systemRuntime })
  }

  /** Without a password nobody greets: a server that wants one would refuse HELLO, and not say more. */
  async greet(username = 'default', password: string | undefined): Promise<void> {
    if (password === undefined) return
    try {
      await this.call('AUTH', username, password)
    } catch (error) {
      if (!(error instanceof ReplyRefusal)) throw error
      throw new NodeFailure('credentials', `refuses the credentials (${error.word})`)
    }
  }

  async call(...command: readonly string[]): Promise<Reply> {
    const [name, ...args] = command as [string, ...string[]]
    let limit: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const failure = new NodeFailure('silent', `gives no answer within ${this.#timeout} ms`)
      limit = setTimeout(() => reject(failure), this.#timeout)
    })
    const reply = this.#connection.request(name, ...args)
    // The one that comes too late is nobody's business any more.
    reply.catch(() => {})
    try {
      return (await Promise.race([reply, late])) as Reply
    } catch (error) {
      throw asSessionError(error)
    } finally {
      clearTimeout(limit)
    }
  }

  async close(): Promise<void> {
    this.#connection.destroy()
    await this.#gone
  }
}

function asSessionError(error: unknown): unknown {
  if (error instanceof ReplyError) return new ReplyRefusal(error.message)
  if (!(error instanceof ConnectionLostError)) return error
  if (error.cause instanceof ProtocolError) {
    return new NodeFailure('protocol', `does not speak Redis's protocol: ${error.cause.message}`)
  }
  return new NodeFailure('closed', 'closed the connection')
}
