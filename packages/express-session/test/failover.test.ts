import {
  deployForFailover,
  type FailoverDeployment,
  sessionFailoverContract,
} from '@disredis/session-contract'
import express from 'express'
import express4 from 'express-4'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { serveContractApp } from './support/contract-app.js'

let deployment: FailoverDeployment

async function deploy(): Promise<FailoverDeployment> {
  deployment = await deployForFailover()
  return deployment
}

const connection = () => ({ client: undefined, sentinels: deployment.sentinels })

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
