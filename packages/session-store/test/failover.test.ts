import { Disredis } from '@disredis/client'
import { startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { sessionFailoverContract } from '../src/contract/index.js'
import { serveReferenceApp } from './support/reference-app.js'

sessionFailoverContract(
  { afterAll, beforeAll, describe, test },
  {
    name: 'plain node:http with a Disredis client',
    serve: serveReferenceApp,
    report: (figures) => console.log(JSON.stringify(figures)),
    async deploy() {
      const fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 2_000 })
      const client = new Disredis({ sentinels: fleet.sentinels, commandTimeout: 30_000 })
      return {
        client,
        async lose(kind) {
          const master = fleet.master('shard-1')
          if (kind === 'crash') await master.kill()
          else if (kind === 'freeze') await master.pause()
          else await fleet.failover('shard-1')
          await fleet.waitForMaster('shard-1', { not: master })
        },
        async [Symbol.asyncDispose]() {
          await client.close({ timeout: 0 })
          await fleet.close()
        },
      }
    },
  },
)
