import type { Mode, Suite } from './case.js'
import { contendersFor, participantsByShards } from './participants.js'

const shardCounts = [3, 32]
/** Enough that pages of memory average out, few enough that 32 shards stay below 1000 connections. */
const clientsOf = (shards: number) => (shards <= 3 ? 50 : 10)

/** Memory that one connected, idle client holds. */
export const memory: Suite = {
  name: 'memory',
  description: 'memory of one idle client over one master, 3 and 32 shards, and per shard',
  cases: (mode: Mode) => [
    {
      id: 'memory',
      suite: 'memory',
      title: 'Memory per idle client (mean of several in one process, after garbage collection)',
      figure: 'Memory per client',
      group: '',
      masters: Math.max(...shardCounts),
      columns: ['heapKibibytes', 'heapKibibytesPerShard', 'residentKibibytes'],
      reference: 'ioredis',
      isFreshEachRound: true,
      participants: participantsByShards(contendersFor(mode), shardCounts, (contender, shards) => ({
        kind: 'memory',
        contender,
        shards,
        clients: clientsOf(shards),
      })),
    },
  ],
}
