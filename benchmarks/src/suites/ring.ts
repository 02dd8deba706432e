import { lookups } from '../lookups/registry.js'
import type { ParticipantSpec, Suite } from './case.js'

const shardCounts = [3, 64]

/** What it costs to find a key's shard, without any server. */
export const ring: Suite = {
  name: 'ring',
  description: 'key to shard: @disredis/hash-ring, npm cluster-key-slot, npm hashring, by hand',
  cases: () => [
    {
      id: 'ring',
      suite: 'ring',
      title: 'Key to shard, 20-character keys',
      figure: 'Key to shard',
      group: '',
      masters: 0,
      columns: ['lookupNanoseconds'],
      reference: 'cluster-key-slot',
      isFreshEachRound: false,
      participants: participants(),
    },
  ],
}

function participants(): ParticipantSpec[] {
  return lookups.flatMap(({ id, label, role }) => {
    if (id === 'cluster-key-slot') {
      return [
        { id, label, role, placement: 'slot only', job: { kind: 'lookup', lookup: id, shards: 1 } },
      ]
    }
    return shardCounts.map((shards) => ({
      id: `${id}@${shards}`,
      label,
      role,
      placement: `${shards} shards`,
      job: { kind: 'lookup' as const, lookup: id, shards },
    }))
  })
}
