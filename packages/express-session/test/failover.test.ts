import {
  deployForFailover,
  type FailoverDeployment,
  sessionFailoverContract,
} from '@disredis/session-contract'
import express from 'express'
import express4 from 'express-4'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type ContractFlavor, serveContractApp } from './support/contract-app.js'

let deployment: FailoverDeployment

async function deploy(): Promise<FailoverDeployment> {
  deployment = await deployForFailover()
  return deployment
}

const connection = () => ({ client: undefined, sentinels: deployment.sentinels })

const subjects: readonly (ContractFlavor & { readonly name: string })[] = [
  // Handlers save nothing themselves: what was answered was saved by the middleware.
  {
    name: 'disredisSession in Express 5 with the addresses of Sentinels',
    express,
    sessions: 'disredisSession',
    connection,
  },
  {
    name: 'disredisSession in Express 4 with a Disredis client',
    express: express4,
    sessions: 'disredisSession',
  },
  {
    name: 'DisredisStore in Express 5 with a Disredis client',
    express,
    sessions: 'DisredisStore',
  },
]
for (const { name, ...flavor } of subjects) {
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
