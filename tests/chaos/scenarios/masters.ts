import {
  burst,
  connectClient,
  crowdIsServed,
  knowsNewMaster,
  moreClients,
  prepareValues,
  throwingListeners,
} from '../actions/client.js'
import { shape } from '../actions/links.js'
import { failover, kill, occupy, pause, restart, resume } from '../actions/nodes.js'
import { sentinelNames } from '../actions/sentinels.js'
import { isUndisturbed, noteConnections } from '../actions/server-facts.js'
import { check, fault, marked, repeat, together } from '../actions/step.js'
import {
  acks,
  heard,
  inSync,
  load,
  nothingPending,
  replaceMaster,
  switched,
} from '../actions/waits.js'
import type { Goal, Scenario } from '../scenario.js'
import { bounded, calm, durable, quick, unknown } from './common.js'

const crashLoss = { shards: ['shard-1'], before: 'fault' } as const

/** Masters that crash, hang and are replaced: rows 1 to 3 are what everything else is built on. */
export const masterScenarios: readonly Scenario[] = [
  {
    id: 'crash',
    fault: 1,
    title: 'a master is killed',
    steps: [acks(100), fault(kill('shard-1/1')), switched(), acks(200)],
    expect: { errors: { 'shard-1': unknown }, loss: crashLoss },
    goals: [{ figure: 'afterSwitch', percentile: 'p99', atMost: 50 }],
    hasPeers: true,
  },
  {
    id: 'crash-idempotent',
    fault: 1,
    title: "a master is killed; `retryWrites: 'idempotent'` repeats HSET",
    client: () => ({ retryWrites: 'idempotent' }),
    load: { sets: 200 },
    steps: [acks(100), fault(kill('shard-1/1')), switched(), acks(200)],
    expect: {
      errors: { 'shard-1': unknown },
      loss: crashLoss,
      checks: [
        check('no HSET failed', ({ ledger }) => {
          const failed = ledger.failedCommands.get('HSET') ?? 0
          return failed === 0 ? undefined : `${failed} did`
        }),
      ],
    },
  },
  {
    id: 'crash-durable',
    fault: 1,
    title: 'a master is killed; a write is acknowledged when the replica has it (`durable`)',
    fleet: quick,
    load: { durability: 1, increments: 0, transactions: 0, batches: 0 },
    steps: [
      acks(100),
      fault(kill('shard-1/1')),
      switched(),
      // The promoted node needs a replica again.
      restart('shard-1/1'),
      acks(200),
    ],
    expect: { errors: { 'shard-1': [...unknown, 'DurabilityError'] } },
  },
  {
    id: 'crash-in-a-burst',
    fault: 1,
    title: 'a master is killed while 30,000 writes of one turn are on their way',
    steps: [acks(100), burst(30_000), fault(kill('shard-1/1')), switched(), acks(200)],
    expect: { errors: { 'shard-1': unknown }, loss: crashLoss },
  },
  {
    id: 'crash-with-throwing-listeners',
    fault: 1,
    title: "a master is killed; the program's own listeners throw at every event",
    steps: [acks(100), throwingListeners(), fault(kill('shard-1/1')), switched(), acks(200)],
    expect: { errors: { 'shard-1': unknown }, loss: crashLoss },
  },
  {
    id: 'crash-with-a-crowd',
    fault: 29,
    title: 'a master is killed; fifty more clients of this process look for the next one',
    steps: [
      acks(100),
      moreClients(50),
      fault(kill('shard-1/1')),
      load(500),
      crowdIsServed(),
      acks(100),
    ],
    expect: { errors: { 'shard-1': unknown }, loss: crashLoss },
  },
  {
    id: 'freeze',
    fault: 2,
    title: 'a master hangs (SIGSTOP)',
    steps: [acks(100), fault(pause('shard-1/1')), switched(), acks(200)],
    expect: { errors: { 'shard-1': unknown }, loss: crashLoss },
    goals: [{ figure: 'afterSwitch', percentile: 'p99', atMost: 50 }],
    hasPeers: true,
  },
  {
    id: 'freeze-short-deadlines',
    fault: 2,
    title: 'a master hangs; every call has 300 ms',
    load: { timeout: 300 },
    steps: [acks(100), fault(pause('shard-1/1')), switched(), acks(200)],
    expect: { errors: { 'shard-1': bounded }, loss: crashLoss },
  },
  {
    id: 'freeze-and-thaw',
    fault: 2,
    title: 'a master hangs, is replaced, and goes on as if nothing had been',
    fleet: quick,
    steps: [
      acks(100),
      fault(pause('shard-1/1')),
      switched(),
      acks(100),
      resume('shard-1/1'),
      heard('+convert-to-slave'),
      acks(200),
    ],
    expect: { errors: { 'shard-1': unknown }, loss: crashLoss },
  },
  {
    id: 'planned-failover',
    fault: 3,
    title: 'SENTINEL FAILOVER; writes are held until Sentinel confirms the promotion',
    steps: [acks(100), fault(failover('shard-1')), switched(), acks(400)],
    goals: losslessWithin(1_300),
    hasPeers: true,
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'planned-failover-proven',
    fault: 3,
    title: "SENTINEL FAILOVER; `openOn: 'proven'`: the replica's ROLE is proof enough",
    client: () => ({ failoverGate: { openOn: 'proven' } }),
    steps: [acks(100), fault(failover('shard-1')), switched(), acks(400)],
    goals: losslessWithin(250),
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'planned-failover-without-probe',
    fault: 3,
    title: 'SENTINEL FAILOVER; `probeInterval: false`: no question before +promoted-slave',
    client: () => ({ failoverGate: { probeInterval: false } }),
    steps: [acks(100), fault(failover('shard-1')), switched(), acks(400)],
    goals: losslessWithin(1_300),
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'planned-failover-from-afar',
    fault: 3,
    title: 'SENTINEL FAILOVER; every link of the client takes 60 ms there and back',
    proxied: ['data', 'sentinels'],
    steps: [
      ...[...sentinelNames, 'shard-1/1', 'shard-1/2'].map((name) =>
        shape(name, 'both', { delay: 30 }),
      ),
      acks(200),
      fault(failover('shard-1')),
      switched(),
      acks(400),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'start-in-a-failover',
    fault: 3,
    title: 'a client starts just when its master is failed over',
    fleet: quick,
    connects: false,
    steps: [
      prepareValues(),
      fault(failover('shard-1')),
      heard('+selected-slave'),
      connectClient(),
      switched(),
      knowsNewMaster('shard-1'),
      acks(400),
    ],
    goals: [{ figure: 'lost', percentile: 'max', atMost: 0 }],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'short-pause',
    fault: 4,
    title: 'a master pauses for less than down-after',
    fleet: calm,
    steps: [acks(100), fault(occupy('shard-1/1', 'DEBUG', 'SLEEP', 2)), load(2_000), acks(200)],
  },
  {
    id: 'long-pause',
    fault: 4,
    title: 'a master pauses for longer than down-after',
    fleet: quick,
    steps: [
      acks(100),
      fault(occupy('shard-1/1', 'DEBUG', 'SLEEP', 4)),
      switched(),
      acks(200),
      heard('+convert-to-slave'),
      acks(100),
    ],
    expect: { errors: { 'shard-1': unknown }, loss: crashLoss },
  },
  {
    id: 'replica-crash',
    fault: 5,
    title: 'a replica is killed and comes back',
    fleet: quick,
    steps: [
      acks(50),
      noteConnections('shard-1/1'),
      fault(kill('shard-1/2')),
      heard('+sdown'),
      acks(50),
      restart('shard-1/2'),
      inSync(),
      acks(50),
    ],
    expect: { checks: [isUndisturbed('shard-1/1')] },
  },
  {
    id: 'reading-from-replicas',
    fault: 5,
    title: 'reads prefer replicas; one is killed, the other hangs, both come back',
    fleet: { ...calm, replicas: 2 },
    client: () => ({ readFrom: 'replicaPreferred' }),
    load: { reads: 300 },
    steps: [
      acks(100),
      fault(kill('shard-1/2')),
      load(500),
      pause('shard-1/3'),
      load(1_500),
      together(restart('shard-1/2'), resume('shard-1/3')),
      acks(100),
    ],
  },
  {
    id: 'all-replicas-gone',
    fault: 6,
    title: 'every replica of a master is killed',
    fleet: { replicas: 2 },
    steps: [
      acks(50),
      noteConnections('shard-1/1'),
      fault(together(kill('shard-1/2'), kill('shard-1/3'))),
      heard('+sdown'),
      acks(200),
    ],
    expect: { checks: [isUndisturbed('shard-1/1')] },
  },
  {
    id: 'nothing-promotable',
    fault: 7,
    title: 'the master is killed and no replica may be promoted; it comes back',
    fleet: { dataConfig: [...durable, 'replica-priority 0'] },
    load: { timeout: 800 },
    steps: [
      acks(50),
      fault(kill('shard-1/1')),
      load(2_500),
      marked('return', restart('shard-1/1')),
      acks(100),
    ],
    expect: {
      errors: { 'shard-1': bounded },
      checks: [
        check('commands fail by their deadline', ({ queue }) =>
          queue.age < 2_000 ? undefined : `one waited ${Math.round(queue.age)} ms`,
        ),
      ],
    },
  },
  {
    id: 'old-master-returns',
    fault: 20,
    title: 'a killed master is replaced, restarts as a master, and is put right by Sentinel',
    fleet: quick,
    steps: [
      acks(100),
      fault(kill('shard-1/1')),
      switched(),
      acks(50),
      restart('shard-1/1'),
      load(1_000),
      heard('+convert-to-slave'),
      acks(100),
    ],
    // What it was given while it took itself for a master would be lost, and found missing.
    expect: { errors: { 'shard-1': unknown }, loss: crashLoss },
  },
  {
    id: 'two-crashes',
    fault: 41,
    title: 'two of three masters are killed at once',
    fleet: { masters: 3 },
    steps: [
      acks(50),
      noteConnections('shard-3/1'),
      fault(together(kill('shard-1/1'), kill('shard-2/1'))),
      switched('shard-1'),
      switched('shard-2'),
      acks(100),
    ],
    measured: ['shard-1', 'shard-2'],
    expect: {
      errors: { 'shard-1': unknown, 'shard-2': unknown },
      loss: { shards: ['shard-1', 'shard-2'], before: 'fault' },
      checks: [isUndisturbed('shard-3/1')],
    },
  },
  {
    id: 'one-of-three',
    fault: 42,
    title: 'one of three masters is killed: the others do not notice',
    fleet: { masters: 3 },
    alsoTell: {
      othersBefore: 'p99 of the others before',
      othersDuring: 'during',
      othersChange: 'during / before, %',
    },
    goals: [{ figure: 'othersChange', percentile: 'p50', atMost: 105 }],
    steps: [
      acks(800),
      noteConnections('shard-2/1', 'shard-3/1'),
      fault(kill('shard-1/1')),
      switched(),
      acks(400),
    ],
    expect: {
      errors: { 'shard-1': unknown },
      loss: crashLoss,
      checks: [isUndisturbed('shard-2/1', 'shard-3/1')],
    },
  },
  {
    id: 'failover-storm',
    fault: 43,
    title: 'planned failovers, each as soon as the fleet is whole again',
    fleet: quick,
    steps: [
      acks(50),
      ...repeat(3, replaceMaster('shard-1'), acks(50), inSync()),
      acks(50),
      nothingPending(),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
]

/** No acknowledged write is lost, and the longest gap is that many ms. */
function losslessWithin(gap: number): Goal[] {
  return [
    { figure: 'lost', percentile: 'max', atMost: 0 },
    { figure: 'gap', percentile: 'p99', atMost: gap },
  ]
}
