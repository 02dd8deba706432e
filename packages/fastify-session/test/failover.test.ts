import { deployForFailover, sessionFailoverContract } from '@disredis/session-contract'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { byPlugin, serveContractApp } from './support/contract-app.js'

sessionFailoverContract(
  { afterAll, beforeAll, describe, test },
  {
    name: 'Fastify 5 with a Disredis client',
    serve: (options) => serveContractApp({ addSessions: byPlugin }, options),
    deploy: deployForFailover,
    report: (figures) => console.log(JSON.stringify(figures)),
  },
)
