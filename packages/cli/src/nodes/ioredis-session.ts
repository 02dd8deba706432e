import type { Socket } from 'node:net'
import { AbstractConnector, Redis } from 'ioredis'
import {
  NodeFailure,
  type NodeSession,
  type OpenNodeSession,
  ReplyRefusal,
} from './node-session.js'
import { openSocket } from './open-socket.js'

/** Opens a session and logs in. @throws NodeFailure */
export const openIoredisSession: OpenNodeSession = async (address, access, timeout) => {
  const socket = await openSocket(address, access, timeout)
  const session = new IoredisSession(socket, timeout)
  try {
    await session.greet(access.username, access.password)
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

/** Through public members of ioredis only; the socket is our own. */
class IoredisSession implements NodeSession {
  readonly #redis: Redis
  readonly #socket: Socket
  readonly #timeout: number
  readonly #gone: Promise<void>
  #failure: NodeFailure | undefined

  constructor(socket: Socket, timeout: number) {
    this.#socket = socket
    this.#timeout = timeout
    this.#gone = new Promise((resolve) => socket.once('close', () => resolve()))
    this.#redis = new Redis({
      Connector: connectorOf(socket),
      lazyConnect: true,
      protocol: 2,
      retryStrategy: null,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
    })
    this.#redis.on('error', (error: Error) => {
      this.#failure ??= new NodeFailure('protocol', `does not speak RESP: ${error.message}`)
      socket.destroy()
    })
  }

  /** Logs in by itself rather than through ioredis, so that a refusal comes as the server said it. */
  async greet(username: string | undefined, password: string | undefined): Promise<void> {
    await this.#within(this.#redis.connect())
    if (password === undefined) return
    const auth = username === undefined ? [password] : [username, password]
    try {
      await this.call('AUTH', ...auth)
    } catch (error) {
      if (!(error instanceof ReplyRefusal)) throw error
      // The server takes no password at all: what it would allow with one it allows without.
      if (/without any password configured/u.test(error.message)) return
      throw new NodeFailure('credentials', `refuses the credentials (${error.word})`)
    }
  }

  async call(...command: readonly string[]): Promise<never> {
    const [name, ...args] = command as [string, ...string[]]
    return (await this.#within(this.#redis.call(name, ...args))) as never
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
    this.#socket.destroy()
    await this.#gone
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    let limit: NodeJS.Timeout | undefined
    const gone = this.#gone.then(() => {
      throw this.#failure ?? new NodeFailure('closed', 'closed the connection')
    })
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => {
        reject(new NodeFailure('silent', `gives no answer within ${this.#timeout} ms`))
      }, this.#timeout)
    })
    try {
      return await Promise.race([work.catch(asRefusal), late, gone])
    } finally {
      clearTimeout(limit)
      // Whichever of them loses is nobody's business any more.
      for (const loser of [gone, late, work]) loser.catch(() => {})
    }
  }
}

function asRefusal(error: unknown): never {
  // ioredis keeps the arguments of a refused command on its errors.
  if (error instanceof Error && error.name === 'ReplyError') throw new ReplyRefusal(error.message)
  throw new NodeFailure('closed', 'closed the connection')
}

/** Hands ioredis the socket that is open already, and destroys it where ioredis would end it. */
function connectorOf(socket: Socket): new (options: unknown) => AbstractConnector {
  return class extends AbstractConnector {
    constructor() {
      super(0)
    }

    override connect(): Promise<Socket> {
      return Promise.resolve(socket)
    }

    override disconnect(): void {
      socket.destroy()
    }
  }
}
