import { Disredis } from '@disredis/client'
import { startFleet } from '@disredis/fleet'
import { loseMaster, sessionFailoverContract } from '@disredis/session-store/contract'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { byPlugin, serveContractApp } from './support/contract-app.js'

sessionFailoverContract(
  { afterAll, beforeAll, describe, test },
  {
    name: 'Fastify 5 with a Disredis client',
    serve: (options) => serveContractApp({ addSessions: byPlugin }, options),
    report: (figures) => console.log(JSON.stringify(figures)),
    async deploy() {
      const fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 2_000 })
      const client = new Disredis({ sentinels: fleet.sentinels, commandTimeout: 30_000 })
      return {
        client,
        lose: (kind) => loseMaster(fleet, kind),
        async [Symbol.asyncDispose]() {
          await client.close({ timeout: 0 })
          await fleet.close()
        },
      }
    },
  },
)
