import type { Mode, Suite } from './case.js'
import { contendersFor, participantsOf } from './participants.js'

const shards = 3
const commands = 100

/** Explicit pipelines of 100 commands whose keys lie on all shards. */
export const pipeline: Suite = {
  name: 'pipeline',
  description: 'pipelines of 100 commands, 1 and 10 callers; operations are commands',
  cases: (mode: Mode) =>
    (mode === 'quick' ? [10] : [1, 10]).map((callers) => ({
      id: `pipeline-${commands}-c${callers}`,
      suite: 'pipeline',
      title: `Pipelines of ${commands} commands, C=${callers} (operations are commands)`,
      figure: `Pipelines of ${commands} commands`,
      group: `C=${callers}`,
      masters: shards,
      columns: ['operationsPerSecond', 'cpuMicroseconds', 'p50Microseconds', 'p99Microseconds'],
      reference: 'ioredis',
      isFreshEachRound: false,
      participants: participantsOf(contendersFor(mode), shards, (contender, ownShards) => ({
        kind: 'load',
        contender,
        shards: ownShards,
        workload: { kind: 'pipeline', callers, commands },
      })),
    })),
}
