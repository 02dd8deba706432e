import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { freezeMasters, sessionContract } from '@disredis/session-store/contract'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { byPlugin, serveContractApp } from './support/contract-app.js'

const RACES = Number(process.env.DISREDIS_RACES ?? 1_000)
const SOME_RACES = Math.min(RACES, 25)

let fleet: Fleet
beforeAll(async () => {
  // No failover: the servers are frozen at times, and a slow machine freezes them as well.
  fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 1, downAfter: 60_000 })
  return () => fleet.close()
})

const connectIoredis = async () => new Redis({ ...fleet.master(fleet.masters[0]).address })
const connectDisredis = async () => new Disredis({ sentinels: fleet.sentinels })

for (const { name, connect, races, ...flavor } of [
  {
    name: 'the plugin with a Disredis client over three shards',
    addSessions: byPlugin,
    connect: connectDisredis,
    races: RACES,
  },
  {
    name: 'the plugin with the addresses of Sentinels',
    addSessions: byPlugin,
    connect: connectDisredis,
    connection: () => ({ sentinels: fleet.sentinels }),
    races: SOME_RACES,
  },
  {
    name: 'the plugin with a plain ioredis',
    addSessions: byPlugin,
    connect: connectIoredis,
    races: SOME_RACES,
  },
]) {
  sessionContract(
    { afterAll, beforeAll, describe, test },
    {
      name,
      races,
      connect,
      disconnect: async (client) => (client as Disredis | Redis).disconnect(),
      serve: (options) => serveContractApp(flavor, options),
      freeze: () => freezeMasters(fleet),
    },
  )
}
