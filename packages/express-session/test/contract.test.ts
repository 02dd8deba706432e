import {
  type ContractRedis,
  type ContractServers,
  sessionContract,
  startContractServers,
} from '@disredis/session-contract'
import express from 'express'
import express4 from 'express-4'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type ContractFlavor, serveContractApp } from './support/contract-app.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 3 })
  return () => servers[Symbol.asyncDispose]()
})

interface Subject extends ContractFlavor {
  readonly name: string
  readonly connect: () => ContractRedis
  readonly races: number
}

const ALL_RACES = Number(process.env.DISREDIS_RACES ?? 1_000)
const SOME_RACES = Math.min(ALL_RACES, 25)
const sentinels = () => ({ client: undefined, sentinels: servers.fleet.sentinels })

const subjects: readonly Subject[] = [
  {
    name: 'disredisSession in Express 5 with a Disredis client over three shards',
    express,
    sessions: 'disredisSession',
    connect: () => servers.disredis(),
    races: ALL_RACES,
  },
  {
    name: 'disredisSession in Express 4 with the addresses of Sentinels',
    express: express4,
    sessions: 'disredisSession',
    connect: () => servers.disredis(),
    connection: sentinels,
    races: SOME_RACES,
  },
  {
    name: 'DisredisStore in Express 5 with a plain ioredis',
    express,
    sessions: 'DisredisStore',
    connect: () => servers.ioredis(),
    races: SOME_RACES,
  },
]
for (const { name, connect, races, ...flavor } of subjects) {
  const savesFirst = flavor.sessions === 'disredisSession'
  sessionContract(
    { afterAll, beforeAll, describe, test },
    {
      name,
      races,
      savesFirst,
      connect: async () => connect(),
      // It closes with the servers.
      disconnect: async () => {},
      serve: (options) => serveContractApp(flavor, options),
      freeze: () => servers.freeze(),
    },
  )
}
