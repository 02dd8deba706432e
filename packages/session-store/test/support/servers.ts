import { Disredis, type DisredisOptions } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'

export interface Servers extends AsyncDisposable {
  readonly fleet: Fleet
  /** A plain ioredis on one of the masters. */
  ioredis(master?: string): Redis
  disredis(options?: Omit<DisredisOptions, 'sentinels'>): Disredis
}

/** Real servers that no failover disturbs unless a test asks for one, and clients that close with them. */
export async function startServers(
  options: Parameters<typeof startFleet>[0] = {},
): Promise<Servers> {
  const fleet = await startFleet({
    masters: 1,
    replicas: 0,
    sentinels: 1,
    downAfter: 30_000,
    ...options,
  })
  const opened: { disconnect(): void }[] = []
  const keep = <Client extends { disconnect(): void }>(client: Client): Client => {
    opened.push(client)
    return client
  }
  return {
    fleet,
    ioredis: (master) => keep(new Redis({ ...fleet.master(master ?? fleet.masters[0]).address })),
    disredis: (more) => keep(new Disredis({ ...more, sentinels: fleet.sentinels })),
    async [Symbol.asyncDispose]() {
      for (const client of opened) client.disconnect()
      await fleet.close()
    },
  }
}
