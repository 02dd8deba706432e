import type { LookupFunction } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Address } from './address.js'

/**
 * What a connection needs of a socket. Those of `node:net` and `node:tls` have it; a simulated network
 * gives its own.
 */
export interface ByteStream {
  /** Bytes that were written and are not handed to the system yet. */
  readonly writableLength: number
  readonly writable: boolean
  readonly destroyed: boolean
  write(chunk: string | Uint8Array): boolean
  cork(): void
  uncork(): void
  destroy(error?: Error): unknown
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  /** May come more than once. */
  on(event: 'error', listener: (error: Error) => void): unknown
  /**
   * `close` comes once, last, and never within the call of `destroy`. `secureConnect` is of TLS. `end`: the other side sends no more. `drain`:
   * all was handed to the system after a `write` that returned false.
   */
  on(event: 'connect' | 'secureConnect' | 'drain' | 'end' | 'close', listener: () => void): unknown
  off(
    event: 'error' | 'connect' | 'secureConnect' | 'drain' | 'end' | 'close',
    listener: (error: Error) => void,
  ): unknown
}

export interface SocketTarget extends Address {
  /** Options of `tls.connect`; undefined: plain TCP. */
  readonly tls: ConnectionOptions | undefined
  /** Resolves the host name; undefined: `dns.lookup`. */
  readonly lookup: LookupFunction | undefined
}

/** Begins to connect. May throw at once: certificates in `tls` that cannot be read. */
export type OpenSocket = (target: SocketTarget) => ByteStream
