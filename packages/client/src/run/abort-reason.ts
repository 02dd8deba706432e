import type { ShardTopology, Topology } from '@disredis/sentinel'
import { FailoverAbortedError } from '../errors.js'

/** What the rest of `-failover-abort-*` means, and what the deployment lacks. */
export function failoverAborted(
  shard: string,
  reason: string,
  topology: Topology | undefined,
): FailoverAbortedError {
  return new FailoverAbortedError(
    `Sentinel gave up the failover of '${shard}' (${reason}): ${explain(reason, shard, topology)}.`,
    { shard, retryable: true },
  )
}

function explain(reason: string, shard: string, topology: Topology | undefined): string {
  const known: ShardTopology | undefined = topology?.shards.get(shard)
  switch (reason) {
    case 'not-elected': {
      const sentinels = topology?.sentinels ?? []
      const answering = sentinels.filter(({ isConnected }) => isConnected).length
      const majority = Math.floor(sentinels.length / 2) + 1
      const needed = Math.max(majority, known?.quorum ?? 0)
      return (
        `no Sentinel was elected to lead it; ${needed} of the ${sentinels.length} known Sentinels must agree, ` +
        `and ${answering} answer this client`
      )
    }
    case 'no-good-slave':
      return `none of its ${known?.replicas.length ?? 0} known replicas can be promoted: they are down, out of date, or have priority 0`
    case 'slave-timeout':
      return 'the chosen replica did not become a master in time'
    case 'unannounced':
      return 'the Sentinel that led it has stopped, and the master is still the old one'
    default:
      return 'see the log of the Sentinel that led it'
  }
}
