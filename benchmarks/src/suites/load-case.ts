import type { Contender } from '../contenders/contender.js'
import type { WorkloadSpec } from '../workloads/workload.js'
import type { CaseSpec } from './case.js'
import { participantsOf } from './participants.js'

/** What cases of load differ in. */
export interface LoadCase extends Pick<CaseSpec, 'id' | 'suite' | 'title' | 'figure'> {
  readonly contenders: readonly Contender[]
  readonly workload: WorkloadSpec
}

/** What is reported of a load. */
export const loadColumns: CaseSpec['columns'] = [
  'operationsPerSecond',
  'cpuMicroseconds',
  'p50Microseconds',
  'p99Microseconds',
]

/** How many masters the load is spread over. */
const shards = 3

/** Callers that ask as fast as they are answered, over three masters, every contender in turn. */
export function loadCase({ contenders, workload, ...texts }: LoadCase): CaseSpec {
  return {
    ...texts,
    group: `C=${workload.callers}`,
    masters: shards,
    columns: loadColumns,
    reference: 'ioredis',
    isFreshEachRound: false,
    participants: participantsOf(contenders, shards, (contender, ownShards) => ({
      kind: 'load',
      contender,
      shards: ownShards,
      workload,
    })),
  }
}
