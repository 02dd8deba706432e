import type { Mode, Suite } from './case.js'
import { contendersFor, participantsOf } from './participants.js'

const shards = 3

/** The mix of commands that a session store makes of HTTP requests. */
export const session: Suite = {
  name: 'session',
  description: 'session-like mix: load and touch 70, load and save 20, log in 5, log out 5 of 100',
  cases: (mode: Mode) =>
    (mode === 'quick' ? [50] : [50, 500]).map((callers) => ({
      id: `session-c${callers}`,
      suite: 'session',
      title: `Session-like mix, 500 B sessions, C=${callers} (operations are requests)`,
      figure: 'Session-like mix',
      group: `C=${callers}`,
      masters: shards,
      columns: ['operationsPerSecond', 'cpuMicroseconds', 'p50Microseconds', 'p99Microseconds'],
      reference: 'ioredis',
      isFreshEachRound: false,
      participants: participantsOf(contendersFor(mode), shards, (contender, ownShards) => ({
        kind: 'load',
        contender,
        shards: ownShards,
        workload: { kind: 'session', callers },
      })),
    })),
}
