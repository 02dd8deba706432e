import { formatAddress } from '@disredis/sentinel'
import type { Finding } from '../doctor/check.js'
import { needed } from '../doctor/checks/majority.js'
import { type Facts, isDown, nameOf } from '../doctor/facts.js'
import type { Family, Sample } from './exposition.js'

/** What Sentinels and servers say of a deployment, for a program that has no client of ours. */
export function describeMetrics(
  facts: Facts,
  findings: readonly Finding[],
  failovers: ReadonlyMap<string, number>,
): readonly Family[] {
  const { snapshot, shards } = facts
  const perShard = (value: (shard: Facts['shards'][number]) => number): Sample[] =>
    shards.map((shard) => ({ labels: { shard: shard.name }, value: value(shard) }))
  const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
    name: `disredis_${name}`,
    help,
    type: 'gauge',
    samples,
  })
  const isUp = (node: { readonly failure: unknown }) => (node.failure === undefined ? 1 : 0)
  return [
    gauge(
      'sentinel_up',
      'Whether the Sentinel answers.',
      snapshot.sentinels.map((one) => ({ labels: { sentinel: nameOf(one) }, value: isUp(one) })),
    ),
    gauge(
      'sentinel_tilt',
      'Whether the Sentinel is in tilt mode and starts no failover.',
      snapshot.sentinels.map((one) => ({
        labels: { sentinel: nameOf(one) },
        value: Number(one.isTilted),
      })),
    ),
    gauge(
      'shard_master_info',
      'The master of the shard; the value is 1.',
      shards.flatMap(({ name, view }) =>
        view === undefined
          ? []
          : [{ labels: { shard: name, address: formatAddress(view.address) }, value: 1 }],
      ),
    ),
    gauge(
      'shard_master_up',
      'Whether the master answers and says that it is one.',
      perShard(({ master }) => Number(master?.role?.kind === 'master')),
    ),
    gauge(
      'shard_config_epoch',
      'Grows with every failover.',
      perShard(({ view }) => view?.configEpoch ?? 0),
    ),
    gauge(
      'shard_failover_in_progress',
      'Whether a Sentinel is failing it over.',
      perShard(({ opinions }) =>
        Number(opinions.some(({ view }) => view.flags.includes('failover_in_progress'))),
      ),
    ),
    gauge(
      'shard_sentinels',
      'Sentinels that have a vote.',
      perShard(({ voters }) => voters.length),
    ),
    gauge('shard_sentinels_needed', 'Votes that an election needs.', perShard(needed)),
    gauge(
      'shard_sentinels_usable',
      'Sentinels that answer and watch the shard.',
      perShard(({ opinions }) => opinions.length),
    ),
    gauge(
      'shard_replicas',
      'Replicas that the Sentinels list.',
      perShard(({ replicas }) => replicas.length),
    ),
    gauge(
      'shard_replicas_connected',
      'Replicas that answer and are linked to their master.',
      perShard(
        ({ replicas }) =>
          replicas.filter(({ role }) => role?.kind === 'replica' && role.state === 'connected')
            .length,
      ),
    ),
    gauge(
      'shard_down_opinions',
      'Sentinels that consider the master down.',
      perShard(({ opinions }) => opinions.filter(({ view }) => isDown(view)).length),
    ),
    gauge(
      'shard_keys',
      'Keys on the master.',
      perShard(({ master }) => master?.keys ?? 0),
    ),
    gauge(
      'node_up',
      'Whether the server answers.',
      snapshot.nodes.flatMap((node) =>
        node.shards.map((shard) => ({
          labels: { shard, address: nameOf(node), role: node.role?.kind ?? 'unknown' },
          value: isUp(node),
        })),
      ),
    ),
    gauge(
      'replica_lag_bytes',
      'Bytes of the replication stream that the replica lacks.',
      shards.flatMap(({ name, master, replicas }) =>
        replicas.flatMap((node) =>
          master?.role?.kind === 'master' && node.role?.kind === 'replica'
            ? [
                {
                  labels: { shard: name, address: nameOf(node) },
                  value: Math.max(0, master.role.offset - node.role.offset),
                },
              ]
            : [],
        ),
      ),
    ),
    gauge('doctor_findings', 'Findings of disredis doctor by code.', countFindings(findings)),
    {
      name: 'disredis_failovers_total',
      help: 'Failovers seen since this exporter started.',
      type: 'counter',
      samples: perShard(({ name }) => failovers.get(name) ?? 0),
    },
  ]
}

function countFindings(findings: readonly Finding[]): Sample[] {
  const counts = new Map<string, { labels: Record<string, string>; value: number }>()
  for (const { code, severity } of findings) {
    const key = `${severity} ${code}`
    const known = counts.get(key) ?? { labels: { severity, code }, value: 0 }
    known.value++
    counts.set(key, known)
  }
  return [...counts.values()]
}
