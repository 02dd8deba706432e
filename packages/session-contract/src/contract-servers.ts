import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'
import type { FailoverDeployment } from './failover-contract.js'

export interface ContractServers extends AsyncDisposable {
  readonly fleet: Fleet
  /** A plain ioredis on the first master. */
  ioredis(): Redis
  disredis(): Disredis
  /** Stops all masters without a word (SIGSTOP), until `end`. */
  freeze(): Promise<{ end(): Promise<void> }>
}

/** Real servers that no failover disturbs, and clients that close with them. */
export async function startContractServers({
  masters,
}: {
  readonly masters: number
}): Promise<ContractServers> {
  // The servers are frozen at times, and a slow machine freezes them as well.
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
    async freeze() {
      const nodes = fleet.masters.map((name) => fleet.master(name))
      await Promise.all(nodes.map((node) => node.pause()))
      return {
        end: async () => {
          await Promise.all(nodes.map((node) => node.resume()))
        },
      }
    },
    async [Symbol.asyncDispose]() {
      for (const client of opened) client.disconnect()
      await fleet.close()
    },
  }
}

/** Three masters with a replica each, of which one can be lost, and a client that follows. */
export async function deployForFailover(): Promise<FailoverDeployment> {
  const fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 2_000 })
  const client = new Disredis({ sentinels: fleet.sentinels, commandTimeout: 30_000 })
  return {
    client,
    sentinels: fleet.sentinels,
    async lose(kind) {
      const name = fleet.masters[0]
      const lost = fleet.master(name)
      if (kind === 'crash') await lost.kill()
      else if (kind === 'freeze') await lost.pause()
      else await fleet.failover(name)
      await fleet.waitForMaster(name, { not: lost })
    },
    async [Symbol.asyncDispose]() {
      await client.close({ timeout: 0 })
      await fleet.close()
    },
  }
}
