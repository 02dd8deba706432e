import type { Mode, Suite } from './case.js'
import { contendersFor, participantsOf } from './participants.js'

const shards = 3

/** From nothing to the first reply. */
export const firstCommand: Suite = {
  name: 'first-command',
  description: 'time to the first reply: cold (import, connect, GET) and warm (connect, GET)',
  cases: (mode: Mode) => [
    {
      id: 'first-command',
      suite: 'first-command',
      title: 'Time to first command',
      figure: 'Time to first command, cold',
      group: '',
      masters: shards,
      columns: ['coldMilliseconds', 'warmMilliseconds'],
      reference: 'ioredis',
      isFreshEachRound: true,
      participants: participantsOf(contendersFor(mode), shards, (contender, ownShards) => ({
        kind: 'first-command',
        contender,
        shards: ownShards,
      })),
    },
  ],
}
