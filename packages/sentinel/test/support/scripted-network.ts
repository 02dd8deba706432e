import {
  type Address,
  formatAddress,
  SentinelConnectionError,
  type SentinelDialer,
  type SentinelLinkListener,
  type SentinelReply,
} from '../../src/index.js'
import { ScriptedSentinel } from './scripted-sentinel.js'

interface Connection {
  readonly listener: SentinelLinkListener
  readonly waiting: { resolve(): void; reject(error: Error): void }[]
}

/** Scripted Sentinels and the way to them, all in memory. */
export class ScriptedNetwork {
  readonly #sentinels = new Map<string, ScriptedSentinel>()
  readonly #connections = new Map<ScriptedSentinel, Set<Connection>>()
  /** Sentinels that refuse connections. */
  readonly down = new Set<ScriptedSentinel>()
  /** Sentinels that accept connections and say nothing, on old ones too. */
  readonly silent = new Set<ScriptedSentinel>()
  /** Addresses, as `host:port`, at which nobody answers. */
  readonly unreachable = new Set<string>()
  /** Other addresses that lead to a Sentinel. */
  readonly aliases = new Map<string, ScriptedSentinel>()
  readonly dialed: string[] = []
  /** ms that links say of themselves. */
  roundTrip = 0

  add(host: string, id?: string): ScriptedSentinel {
    const sentinel = new ScriptedSentinel(Object.freeze({ host, port: 26379 }), id)
    this.#sentinels.set(formatAddress(sentinel.address), sentinel)
    this.#connections.set(sentinel, new Set())
    return sentinel
  }

  connectionsOf(sentinel: ScriptedSentinel): number {
    return this.#connections.get(sentinel)!.size
  }

  publish(sentinel: ScriptedSentinel, channel: string, payload: string): void {
    if (this.silent.has(sentinel)) return
    for (const { listener } of this.#connections.get(sentinel)!) {
      listener.onMessage(channel, payload)
    }
  }

  /** Every connection to it breaks. */
  cut(sentinel: ScriptedSentinel): void {
    const connections = [...this.#connections.get(sentinel)!]
    for (const { listener, waiting } of connections) {
      this.#connections.get(sentinel)!.clear()
      listener.onClosed(new SentinelConnectionError('closed the connection'))
      for (const { reject } of waiting) reject(new Error('Connection is closed.'))
    }
  }

  /** It answers what it owes, with what is true now, and goes on. */
  wake(sentinel: ScriptedSentinel): void {
    this.silent.delete(sentinel)
    for (const { waiting } of this.#connections.get(sentinel)!) {
      for (const { resolve } of waiting.splice(0)) resolve()
    }
  }

  readonly dial: SentinelDialer = (address, listener) => {
    this.dialed.push(formatAddress(address))
    const sentinel = this.#find(address)
    const connection: Connection = { listener, waiting: [] }
    const isUnreachable = this.unreachable.has(formatAddress(address))
    const refuse = sentinel === undefined || isUnreachable || this.down.has(sentinel)
    if (!refuse) this.#connections.get(sentinel)!.add(connection)
    let isClosed = false
    queueMicrotask(() => {
      if (isClosed) return
      if (refuse) listener.onClosed(new SentinelConnectionError('refuses connections'))
      else if (!this.silent.has(sentinel)) listener.onReady()
      else connection.waiting.push({ resolve: () => listener.onReady(), reject: () => undefined })
    })
    return {
      roundTrip: this.roundTrip,
      request: (commands) => this.#request(sentinel!, connection, commands),
      close: async () => {
        isClosed = true
        if (sentinel !== undefined) this.#connections.get(sentinel)!.delete(connection)
        for (const { reject } of connection.waiting) reject(new Error('Connection is closed.'))
      },
    }
  }

  #find(address: Address): ScriptedSentinel | undefined {
    const key = formatAddress(address)
    return this.aliases.get(key) ?? this.#sentinels.get(key)
  }

  async #request(
    sentinel: ScriptedSentinel,
    connection: Connection,
    commands: readonly (readonly string[])[],
  ): Promise<readonly SentinelReply[]> {
    if (this.silent.has(sentinel)) {
      await new Promise<void>((resolve, reject) => connection.waiting.push({ resolve, reject }))
    }
    return commands.map((command) => sentinel.answer(command))
  }
}
