import type { FleetNode } from '@disredis/fleet'
import type { Journal } from './journal.js'
import { RawConnection } from './raw-connection.js'

export interface ObservedEvent {
  /** When this process read it: `performance.now()`. */
  readonly at: number
  readonly sentinel: string
  readonly channel: string
  readonly payload: string
}

const told = /^[+-](?:switch|elected|selected|promoted|failover|odown|sdown|convert|tilt|reboot)/

/** Hears every event of every Sentinel, beside the client and over connections of its own. */
export class SentinelObserver {
  readonly #connections = new Map<string, RawConnection>()
  readonly #events: ObservedEvent[] = []
  readonly #journal: Journal
  readonly #ca: string | undefined

  constructor(journal: Journal, ca?: string) {
    this.#journal = journal
    this.#ca = ca
  }

  get events(): readonly ObservedEvent[] {
    return this.#events
  }

  get ownPorts(): readonly number[] {
    return [...this.#connections.values()].flatMap(({ localPort }) => localPort ?? [])
  }

  /** Resolves when it is subscribed. Once more after the Sentinel was restarted. */
  async listenTo(sentinel: FleetNode): Promise<void> {
    this.#connections.get(sentinel.name)?.close()
    const connection = new RawConnection(sentinel.address, { ca: this.#ca })
    this.#connections.set(sentinel.name, connection)
    connection.onMessage = ([, , channel, payload]) =>
      this.#hear(sentinel.name, String(channel), String(payload))
    await connection.call('PSUBSCRIBE', '*')
  }

  /** The first `+switch-master` of that shard since `since`, published by any Sentinel. */
  firstSwitch(shard: string, since: number): ObservedEvent | undefined {
    return this.#events.find(
      ({ at, channel, payload }) =>
        at >= since && channel === '+switch-master' && payload.startsWith(`${shard} `),
    )
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close()
  }

  #hear(sentinel: string, channel: string, payload: string): void {
    if (!/^[+-]/.test(channel)) return
    this.#events.push({ at: performance.now(), sentinel, channel, payload })
    if (told.test(channel)) this.#journal.note(sentinel, `${channel} ${payload}`)
  }
}
