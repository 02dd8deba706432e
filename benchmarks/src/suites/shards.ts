import { contenders } from '../contenders/registry.js'
import type { Mode, Suite } from './case.js'
import { loadColumns } from './load-case.js'
import { participantsByShards } from './participants.js'

const shardCounts = { full: [1, 3, 8, 32], quick: [3, 32] }
const mostShards = 32
const compared = {
  full: new Set(['disredis', 'ioredis', 'hand-sharded', 'hashring-sharded', 'raw-sockets']),
  quick: new Set(['disredis', 'ioredis', 'raw-sockets']),
}

/** The id of a case of this suite; the goals refer to them. */
export const shardsCase = (callers: number) => `shards-c${callers}`

/** What more shards cost the client: the same load over 1, 3, 8 and 32 masters of one fleet. */
export const shards: Suite = {
  name: 'shards',
  description: 'GET/SET of 100 B over 1, 3, 8 and 32 shards, 50 and 500 callers',
  cases: (mode: Mode) =>
    [50, 500].map((callers) => ({
      id: shardsCase(callers),
      suite: 'shards',
      title: `GET/SET 50:50, 100 B values, C=${callers}, by number of shards`,
      figure: 'Shards',
      group: `C=${callers}`,
      masters: mostShards,
      columns: loadColumns,
      reference: 'ioredis',
      isFreshEachRound: false,
      participants: participantsByShards(
        contenders.filter(({ id }) => compared[mode].has(id)),
        shardCounts[mode],
        (contender, ownShards) => ({
          kind: 'load',
          contender,
          shards: ownShards,
          workload: { kind: 'get-set', callers, valueBytes: 100 },
        }),
      ),
    })),
}
