import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import {
  type FailoverDeployment,
  loseMaster,
  sessionFailoverContract,
} from '@disredis/session-store/contract'
import express from 'express'
import express4 from 'express-4'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { serveContractApp } from './support/contract-app.js'

let fleet: Fleet

async function deploy(): Promise<FailoverDeployment> {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 2_000 })
  const client = new Disredis({ sentinels: fleet.sentinels, commandTimeout: 30_000 })
  return {
    client,
    lose: (kind) => loseMaster(fleet, kind),
    async [Symbol.asyncDispose]() {
      await client.close({ timeout: 0 })
      await fleet.close()
    },
  }
}

const connection = () => ({ client: undefined, sentinels: fleet.sentinels })

for (const { name, ...flavor } of [
  {
    name: 'Express 5 with a Disredis client, requests wait',
    express,
    isSavedFirst: false,
  },
  {
    name: 'Express 5 with a Disredis client, requests fail after the default deadline',
    express,
    isSavedFirst: false,
    deadline: 1_000,
  },
  // Handlers save nothing themselves: what was answered was saved by the middleware.
  {
    name: 'Express 4 with the addresses of Sentinels, requests wait, saving first',
    express: express4,
    isSavedFirst: true,
    connection,
  },
]) {
  sessionFailoverContract(
    { afterAll, beforeAll, describe, test },
    {
      name,
      deploy,
      serve: (options) => serveContractApp(flavor, options),
      report: (figures) => console.log(JSON.stringify({ name, ...figures })),
    },
  )
}
