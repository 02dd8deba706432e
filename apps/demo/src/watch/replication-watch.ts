import type { Disredis } from '@disredis/client'
import { now } from '../time.js'

/** What a master says of itself and its replicas. */
export interface Replication {
  readonly offset: number
  /** By `host:port`. */
  readonly replicas: ReadonlyMap<string, { readonly offset: number; readonly state: string }>
  /** When it said so, ms. */
  readonly at: number
}

const interval = 500

/** Asks the master of each shard for INFO replication, one question at a time. */
export class ReplicationWatch implements Disposable {
  readonly #client: Disredis
  readonly #timer: NodeJS.Timeout
  readonly #known = new Map<string, Replication>()
  readonly #asked = new Set<string>()

  constructor(client: Disredis, shards: readonly string[]) {
    this.#client = client
    this.#timer = setInterval(() => {
      for (const shard of shards) void this.#ask(shard)
    }, interval)
  }

  of(shard: string): Replication | undefined {
    return this.#known.get(shard)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  async #ask(shard: string): Promise<void> {
    if (this.#asked.has(shard)) return
    this.#asked.add(shard)
    try {
      const info = await this.#client.shard(shard).info('replication')
      this.#known.set(shard, parseReplication(info, now()))
    } catch {
      // Refused to this user, or the master is away: what was known grows old, and the page says so.
    } finally {
      this.#asked.delete(shard)
    }
  }
}

export function parseReplication(info: string, at: number): Replication {
  const replicas = new Map<string, { offset: number; state: string }>()
  const line =
    /^slave\d+:ip=(?<ip>[^,]*),port=(?<port>\d+),state=(?<state>\w+),offset=(?<offset>\d+)/gm
  for (const { groups } of info.matchAll(line)) {
    const { ip = '', port = '', state = '', offset } = groups ?? {}
    const host = ip.includes(':') ? `[${ip}]` : ip
    replicas.set(`${host}:${port}`, { state, offset: Number(offset) })
  }
  const offset = Number(/^master_repl_offset:(\d+)/m.exec(info)?.[1] ?? 0)
  return { offset, replicas, at }
}
