import type { SentinelWatcherOptions } from '@disredis/sentinel'
import type { Deployment } from './access.js'

/** The same deployment, as the watcher takes it. */
export function watcherOptions(deployment: Deployment): SentinelWatcherOptions {
  const { sentinel } = deployment
  return {
    sentinels: deployment.sentinels,
    masters: deployment.masters,
    username: sentinel.username,
    password: sentinel.password,
    tls: sentinel.tls,
    natMap: deployment.natMap,
    connectionName: 'disredis-cli',
  }
}
