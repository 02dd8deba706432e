import type { LookupFunction } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import {
  type Address,
  type ByteStream,
  type Connection,
  type DialError,
  type DialStage,
  dial,
  type OpenSocket,
  openSocket,
  ReplyError,
  type ReplyLimits,
  type Runtime,
  withoutArguments,
} from '@disredis/connection'
import { eventChannels } from '../protocol/event-channels.js'
import type { SentinelReply } from '../protocol/read-reply.js'
import { dialFailure, lossFailure } from './link-error.js'
import type { SentinelDialer, SentinelLink, SentinelLinkListener } from './sentinel-link.js'

export interface LinkOptions {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly connectionName: string
  readonly tls?: ConnectionOptions | true | undefined
  readonly lookup?: LookupFunction | undefined
  readonly runtime: Runtime
  /** Default: TCP or TLS. */
  readonly openSocket?: OpenSocket | undefined
}

/** For a thousand masters and more, and not for whatever else may listen there. */
const limits: ReplyLimits = {
  maxStringBytes: 1024 * 1024,
  maxLineBytes: 64 * 1024,
  maxReplyBytes: 64 * 1024 * 1024,
  maxDepth: 8,
}

/** The session's own deadline is the limit: it does not take a stalled event loop for a silent Sentinel. */
const noTimeout = 2 ** 31 - 1

const waits: Readonly<Record<DialStage, string>> = {
  connect: 'a connection',
  tls: 'its part of the TLS handshake; does it speak TLS?',
  handshake: 'an answer to HELLO and SUBSCRIBE',
}

/** Makes links of RESP3 connections: commands and events share one. */
export function createDialer(options: LinkOptions): SentinelDialer {
  return (address, listener) => new ConnectionLink(address, options, listener)
}

class ConnectionLink implements SentinelLink {
  #listener: SentinelLinkListener | undefined
  /** `undefined` once the link is ready. */
  #stage: DialStage | undefined = 'connect'
  #stream: ByteStream | undefined
  #connection: Connection | undefined
  #roundTrip = 0
  #gone: Promise<void> = Promise.resolve()

  constructor(address: Address, options: LinkOptions, listener: SentinelLinkListener) {
    this.#listener = listener
    const { tls, openSocket: open = openSocket } = options
    dial(address, {
      ...options,
      tls: tls === true ? {} : tls,
      timeout: noTimeout,
      limits,
      channels: eventChannels,
      openSocket: (target) => this.#watch(open(target)),
      onStage: (stage) => {
        this.#stage = stage
      },
      listener: {
        onPush: (items) => this.#onPush(items),
        // Before it is ready the dial says more of why it ended.
        onClose: (error) => {
          if (this.#connection !== undefined) this.#end(lossFailure(error))
        },
      },
    }).then(
      ({ connection, handshake }) => {
        if (connection.isClosed) return
        this.#roundTrip = Math.ceil(handshake.roundTrip)
        this.#connection = connection
        this.#stage = undefined
        this.#listener?.onReady()
      },
      (error: DialError) => this.#end(dialFailure(error, tls !== undefined)),
    )
  }

  get roundTrip(): number {
    return this.#roundTrip
  }

  get waitsFor(): string | undefined {
    return this.#stage && waits[this.#stage]
  }

  /** What is sent in one go leaves in one write. */
  async request(commands: readonly (readonly string[])[]): Promise<readonly SentinelReply[]> {
    const connection = this.#connection
    if (connection === undefined) throw new Error('The link is not open')
    const replies = await Promise.all(
      commands.map(([name = '', ...args]) => connection.request(name, ...args).catch(asReply)),
    )
    if (this.#listener === undefined) throw new Error('The link was closed')
    return replies as readonly SentinelReply[]
  }

  close(): Promise<void> {
    this.#listener = undefined
    this.#stream?.destroy()
    return this.#gone
  }

  #watch(stream: ByteStream): ByteStream {
    this.#stream = stream
    this.#gone = new Promise((resolve) => void stream.on('close', resolve))
    return stream
  }

  #onPush([kind, channel, payload]: readonly unknown[]): void {
    if (String(kind) === 'message') this.#listener?.onMessage(String(channel), String(payload))
  }

  #end(error: Error): void {
    const listener = this.#listener
    this.#listener = undefined
    listener?.onClosed(error)
  }
}

/** A refusal is an answer; anything else is the end of the link. */
function asReply(error: Error): Error {
  if (error instanceof ReplyError) return withoutArguments(error)
  throw error
}
