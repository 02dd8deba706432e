import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { freezeMasters } from '@disredis/session-store/contract'
import { Redis } from 'ioredis'

export interface Servers extends AsyncDisposable {
  readonly fleet: Fleet
  /** A plain ioredis on the first master. */
  ioredis(): Redis
  disredis(): Disredis
  /** Stops all masters without a word (SIGSTOP), until `end`. */
  freeze(): Promise<{ end(): Promise<void> }>
}

/** Real servers that no failover disturbs, and clients that close with them. */
export async function startServers({ masters }: { masters: number }): Promise<Servers> {
  const fleet = await startFleet({ masters, replicas: 0, sentinels: 1, downAfter: 60_000 })
  const opened: { disconnect(): void }[] = []
  const keep = <Client extends { disconnect(): void }>(client: Client): Client => {
    opened.push(client)
    return client
  }
  return {
    fleet,
    ioredis: () => keep(new Redis({ ...fleet.master(fleet.masters[0]).address })),
    disredis: () => keep(new Disredis({ sentinels: fleet.sentinels })),
    freeze: () => freezeMasters(fleet),
    async [Symbol.asyncDispose]() {
      for (const client of opened) client.disconnect()
      await fleet.close()
    },
  }
}
