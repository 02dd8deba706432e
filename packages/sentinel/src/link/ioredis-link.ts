import type { Socket } from 'node:net'
import { type Address, withoutArguments } from '@disredis/connection'
import { AbstractConnector, Redis } from 'ioredis'
import { SentinelReplyError } from '../errors.js'
import { eventChannels } from '../protocol/event-channels.js'
import type { SentinelReply } from '../protocol/read-reply.js'
import { type LinkPhase, linkError } from './link-error.js'
import { openedEvent, openSocket, type SocketOptions } from './open-socket.js'
import type { SentinelDialer, SentinelLink, SentinelLinkListener } from './sentinel-link.js'
import { watchSurplusReplies } from './watch-surplus-replies.js'

export interface IoredisLinkOptions extends SocketOptions {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly connectionName: string
}

const waits: Readonly<Record<LinkPhase, string | undefined>> = {
  connecting: 'a connection',
  securing: 'its part of the TLS handshake; does it speak TLS?',
  greeting: 'an answer to HELLO and SUBSCRIBE',
  greetingOverTls: 'an answer to HELLO and SUBSCRIBE',
  open: undefined,
}

/** Connects through ioredis: RESP3, so that commands and events share one connection. */
export function createIoredisDialer(options: IoredisLinkOptions): SentinelDialer {
  return (address, listener) => new IoredisLink(address, options, listener)
}

class IoredisLink implements SentinelLink {
  readonly #options: IoredisLinkOptions
  #listener: SentinelLinkListener | undefined
  #phase: LinkPhase = 'connecting'
  #redis: Redis | undefined
  #socket: Socket | undefined
  readonly #gone: Promise<void>
  /** The first thing that went wrong is the reason; what follows are its consequences. */
  #error: Error | undefined

  constructor(address: Address, options: IoredisLinkOptions, listener: SentinelLinkListener) {
    this.#options = options
    this.#listener = listener
    try {
      this.#socket = openSocket(address, options)
    } catch (error) {
      // Certificates or keys in `tls` that cannot be read.
      this.#phase = 'securing'
      this.#error = error as Error
      this.#gone = Promise.resolve().then(() => this.#end())
      return
    }
    this.#gone = this.#watch(this.#socket)
  }

  get waitsFor(): string | undefined {
    return waits[this.#phase]
  }

  async request(commands: readonly (readonly string[])[]): Promise<readonly SentinelReply[]> {
    if (this.#redis === undefined) throw new Error('The link is not open')
    const batch = commands.map((command) => ['call', ...command])
    const results = (await this.#redis.pipeline(batch).exec()) ?? []
    if (this.#listener === undefined) throw new Error('The link was closed')
    // Not an answer: ioredis says that it could not ask.
    const isLost = results.some(([error]) => error !== null && error.name !== 'ReplyError')
    if (isLost) throw linkError(undefined, this.#phase)
    return results.map(([error, reply]) =>
      error === null ? (reply as SentinelReply) : withoutArguments(error),
    )
  }

  close(): Promise<void> {
    this.#listener = undefined
    this.#socket?.destroy()
    return this.#gone
  }

  #watch(socket: Socket): Promise<void> {
    const isSecured = this.#options.tls !== undefined
    socket.on('error', (error) => this.#fail(error))
    socket.once('connect', () => {
      if (isSecured) this.#phase = 'securing'
    })
    socket.once(openedEvent(this.#options), () => {
      this.#phase = isSecured ? 'greetingOverTls' : 'greeting'
      this.#redis = this.#createRedis(socket)
      this.#greet(this.#redis).catch((error) => this.#fail(error))
    })
    // Registered before ioredis has the socket: the session hears of the end before its requests do.
    return new Promise((resolve) => {
      socket.once('close', () => {
        this.#end()
        resolve()
      })
    })
  }

  #createRedis(socket: Socket): Redis {
    const { username, password, connectionName } = this.#options
    const redis = new Redis({
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      connectionName,
      Connector: connectorOf(socket),
      lazyConnect: true,
      retryStrategy: null,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      // Redis 7.0 does not know CLIENT SETINFO, not even to permit it in an ACL.
      disableClientInfo: true,
    })
    redis.on('error', (error: Error) => this.#fail(error))
    watchSurplusReplies(redis, () =>
      this.#fail(new SentinelReplyError('sent a reply that answers nothing')),
    )
    redis.on('message', (channel: string, payload: string) =>
      this.#listener?.onMessage(channel, payload),
    )
    return redis
  }

  async #greet(redis: Redis): Promise<void> {
    await redis.connect()
    await redis.subscribe(...eventChannels)
    if (redis.mode === 'subscriber') {
      throw new SentinelReplyError('does not speak RESP3; Redis 6.2 or newer is needed')
    }
    this.#phase = 'open'
    this.#listener?.onReady()
  }

  #fail(error: Error): void {
    this.#error ??= withoutArguments(error)
    this.#socket?.destroy()
  }

  #end(): void {
    const listener = this.#listener
    this.#listener = undefined
    listener?.onClosed(linkError(this.#error, this.#phase))
  }
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
