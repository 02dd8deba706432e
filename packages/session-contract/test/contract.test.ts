import { afterAll, beforeAll, describe, test } from 'vitest'
import {
  type ContractRedis,
  type ContractServers,
  sessionContract,
  startContractServers,
} from '../src/index.js'
import { serveReferenceApp } from './reference-app.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 3 })
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
      freeze: () => servers.freeze(),
    },
  )
}
