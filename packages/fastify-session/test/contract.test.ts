import {
  type ContractServers,
  sessionContract,
  startContractServers,
} from '@disredis/session-contract'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { byPlugin, serveContractApp } from './support/contract-app.js'

const RACES = Number(process.env.DISREDIS_RACES ?? 1_000)
const SOME_RACES = Math.min(RACES, 25)

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 3 })
  return () => servers[Symbol.asyncDispose]()
})

const connectIoredis = async () => servers.ioredis()
const connectDisredis = async () => servers.disredis()

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
    connection: () => ({ sentinels: servers.fleet.sentinels }),
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
      // It closes with the servers.
      disconnect: async () => {},
      serve: (options) => serveContractApp(flavor, options),
      freeze: () => servers.freeze(),
    },
  )
}
