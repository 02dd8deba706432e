import { afterAll, beforeAll, describe, test } from 'vitest'
import { type ContractRedis, sessionContract } from '../src/contract/index.js'
import { serveReferenceApp } from './support/reference-app.js'
import { type Servers, startServers } from './support/servers.js'

let servers: Servers
beforeAll(async () => {
  servers = await startServers({ masters: 3 })
  return () => servers[Symbol.asyncDispose]()
})

// The races are run in full by the adapters of real frameworks.
const races = Number(process.env.DISREDIS_RACES ?? 50)

const clients: [string, () => ContractRedis][] = [
  ['a plain ioredis', () => servers.ioredis()],
  ['a Disredis client over three shards', () => servers.disredis()],
]
for (const [name, connect] of clients) {
  sessionContract(
    { afterAll, beforeAll, describe, test },
    {
      name: `plain node:http with ${name}`,
      races,
      connect: async () => connect(),
      // The fleet closes what it opened.
      disconnect: async () => {},
      serve: serveReferenceApp,
      async freeze() {
        const masters = servers.fleet.masters.map((master) => servers.fleet.master(master))
        await Promise.all(masters.map((master) => master.pause()))
        return {
          end: async () => {
            await Promise.all(masters.map((master) => master.resume()))
          },
        }
      },
    },
  )
}
