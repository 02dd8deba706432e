import { Disredis, type DisredisOptions } from '@disredis/client'
import type { Journal } from '../world/journal.js'
import type { Subject } from './subject.js'

/** disredis as anyone would use it; `client` is for what only it has. */
export class DisredisSubject implements Subject {
  readonly name = 'disredis'
  readonly hasDeadlines = true
  readonly client: Disredis
  readonly events: ClientEvent[] = []
  readonly #pushes: Pick<Disredis, 'rpush'>

  /** @param durability pushes are acknowledged by so many replicas; 0: by the master alone */
  constructor(options: DisredisOptions, durability: number, journal: Journal) {
    this.client = new Disredis(options)
    this.#pushes =
      durability === 0 ? this.client : this.client.durable({ replicas: durability, timeout: 1_000 })
    noteEvents(this.client, this.events, journal)
  }

  push(key: string, value: string): Promise<unknown> {
    return this.#pushes.rpush(key, value)
  }

  increment(key: string): Promise<unknown> {
    return this.client.incr(key)
  }

  read(key: string): Promise<unknown> {
    return this.client.get(key)
  }

  echo(shard: string, text: string): Promise<unknown> {
    return this.client.shard(shard).echo(text)
  }

  set(key: string, field: string, value: string): Promise<unknown> {
    return this.client.hset(key, field, value)
  }

  transact(list: string, mirror: string, value: string): Promise<unknown> {
    return this.client.multi().rpush(list, value).rpush(mirror, value).exec()
  }

  batch(list: string, own: string, [first, second]: readonly [string, string]): Promise<unknown> {
    return this.client.pipeline().rpush(list, first).get(own).rpush(list, second).exec()
  }

  async close(): Promise<void> {
    await this.client.close()
  }
}

/** Events that a scenario may wait for; those of the topology are noted apart. */
export const clientEventNames = [
  'ready',
  'failoverStarted',
  'failoverCompleted',
  'failoverAborted',
  'shardUp',
  'shardDown',
  'masterAdded',
  'masterRemoved',
  'error',
] as const

export interface ClientEvent {
  readonly at: number
  readonly name: (typeof clientEventNames)[number]
  readonly event: unknown
}

function noteEvents(client: Disredis, events: ClientEvent[], journal: Journal): void {
  for (const name of clientEventNames) {
    client.on(name, (event?: unknown) => {
      events.push({ at: performance.now(), name, event })
      journal.note('client', `${name} ${describe(event)}`)
    })
  }
  client.on('topologyChanged', ({ current }) => {
    journal.note('client', `topology ${describe(mastersOf(current))}`)
  })
}

function describe(event: unknown): string {
  const errorsAsText = (_key: string, value: unknown) =>
    value instanceof Error ? value.message.split('\n')[0] : value
  return JSON.stringify(event, errorsAsText) ?? ''
}

function mastersOf({ shards }: NonNullable<Disredis['topology']>): Record<string, string> {
  return Object.fromEntries(
    [...shards].map(([name, { master, configEpoch }]) => [
      name,
      `${master.host}:${master.port} epoch ${configEpoch}`,
    ]),
  )
}
