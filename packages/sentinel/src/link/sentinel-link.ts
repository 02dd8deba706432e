import type { Address } from '@disredis/connection'
import type { SentinelReply } from '../protocol/read-reply.js'

/** Told by a link. Never called while the dialer itself runs, and never after `close()`. */
export interface SentinelLinkListener {
  /** Logged in and subscribed to every event channel; `request` may be used. Once. */
  onReady(): void
  /** A message on an event channel. The first may come before `onReady`. */
  onMessage(channel: string, payload: string): void
  /** The connection failed or was lost, with a typed error. Once, and the last call. */
  onClosed(error: Error): void
}

/** One connection to one Sentinel, for commands and for events. It never reconnects by itself. */
export interface SentinelLink {
  /** What it is waiting for before it is ready, to be named when that takes too long. */
  readonly waitsFor?: string | undefined
  /** ms that the way there and back takes, as the handshake took it. Default 0. */
  readonly roundTrip?: number | undefined
  /**
   * Sends all commands in one write and resolves with one reply each, in order.
   * Rejects when the link is lost or closed before all replies are there.
   */
  request(commands: readonly (readonly string[])[]): Promise<readonly SentinelReply[]>
  /** Destroys the connection at once; resolves when nothing of it is left. */
  close(): Promise<void>
}

/** Begins to connect to a Sentinel: resolves the name, logs in, subscribes to `eventChannels`. */
export type SentinelDialer = (address: Address, listener: SentinelLinkListener) => SentinelLink
