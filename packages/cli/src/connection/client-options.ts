import type { DisredisOptions } from '@disredis/client'
import type { Deployment } from './access.js'

/** The same deployment, as the client takes it. */
export function clientOptions(deployment: Deployment): DisredisOptions {
  const { data, sentinel } = deployment
  return {
    sentinels: deployment.sentinels,
    masters: deployment.masters,
    ring: deployment.weights,
    keyPrefix: deployment.keyPrefix,
    db: deployment.db,
    username: data.username,
    password: data.password,
    tls: data.tls,
    sentinelUsername: sentinel.username,
    sentinelPassword: sentinel.password,
    sentinelTLS: sentinel.tls,
    natMap: deployment.natMap,
    connectionName: 'disredis-cli',
    // It would write records: see check-placement.ts, which only reads.
    placement: false,
  }
}
