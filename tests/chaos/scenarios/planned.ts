import { shape } from '../actions/links.js'
import {
  command,
  failover,
  failoverBySoon,
  kill,
  occupy,
  pause,
  restart,
  resume,
} from '../actions/nodes.js'
import { clientSeesSentinels, introduced, nameByHost, sentinelNames } from '../actions/sentinels.js'
import { fault, marked } from '../actions/step.js'
import { acks, heard, load, switched } from '../actions/waits.js'
import type { Scenario } from '../scenario.js'
import { calm, unknown } from './common.js'

const lossless = [{ figure: 'lost', percentile: 'max', atMost: 0 }] as const

/** What is in flight when the failover begins may be told as unknown, where nothing proves it. */
const expect = { errors: { 'shard-1': unknown } }

/** Every link of the client takes so many ms one way: to the Sentinels as to the nodes. */
function distance(ms: number): Scenario {
  return {
    id: `planned-from-${ms}-ms-away`,
    fault: 3,
    title: `SENTINEL FAILOVER; everything is ${ms} ms away from the client, one way`,
    proxied: ['data', 'sentinels'],
    load: { pushes: 500 },
    steps: [
      ...[...sentinelNames, 'shard-1/1', 'shard-1/2'].map((name) =>
        shape(name, 'both', { delay: ms }),
      ),
      acks(200),
      fault(failover('shard-1')),
      switched(),
      acks(400),
    ],
    expect,
    goals: lossless,
    isLong: ms > 100,
  }
}

/** The old master is busy when the failover begins, and answers what it was sent when it is replaced. */
function busy(ms: number): Scenario {
  return {
    id: `planned-with-a-master-busy-for-${ms}-ms`,
    fault: 3,
    title: `SENTINEL FAILOVER of a master that is busy for ${ms} ms just then`,
    fleet: calm,
    load: { pushes: 500 },
    steps: [
      acks(200),
      fault(occupy('shard-1/1', 'DEBUG', 'SLEEP', ms / 1000)),
      failover('shard-1'),
      switched(),
      acks(400),
    ],
    expect,
    goals: lossless,
  }
}

/** One Sentinel names the master by its host name, the others by its address. */
function mixedNames(leader: string, how: string): Scenario {
  return {
    id: `planned-with-mixed-names-by-${leader}`,
    fault: 3,
    title: `SENTINEL FAILOVER by a Sentinel that names the master ${how}; others name it otherwise`,
    fleet: calm,
    load: { pushes: 500 },
    steps: [
      nameByHost('sentinel-3', 'shard-1'),
      introduced('shard-1'),
      clientSeesSentinels(3),
      acks(200),
      fault(failoverBySoon(leader, 'shard-1')),
      switched(),
      acks(400),
    ],
    expect,
    goals: lossless,
  }
}

/** Planned failovers where somebody is far away, busy, hung, or called by another name. */
export const plannedScenarios: readonly Scenario[] = [
  distance(80),
  distance(150),
  busy(50),
  busy(190),
  busy(500),
  busy(2000),
  {
    id: 'planned-with-a-hung-replica',
    fault: 3,
    title: 'SENTINEL FAILOVER; the chosen replica hangs for 13 s, and is promoted all the same',
    fleet: { ...calm, failoverTimeout: 60_000 },
    steps: [
      acks(200),
      fault(failover('shard-1')),
      heard('+selected-slave'),
      pause('shard-1/2'),
      load(13_000),
      resume('shard-1/2'),
      switched(),
      acks(400),
    ],
    expect: {
      errors: { 'shard-1': ['OutcomeUnknownError', 'CommandTimeoutError', 'ShardDownError'] },
    },
    goals: lossless,
    isLong: true,
  },
  {
    id: 'planned-by-a-sentinel-that-was-away',
    fault: 3,
    title:
      'SENTINEL FAILOVER by a Sentinel that was away for long, as soon as another one says it is back',
    load: { pushes: 500 },
    steps: [
      kill('sentinel-1'),
      // The client tries it more and more seldom.
      load(6000),
      marked('back', restart('sentinel-1')),
      heard('-sdown', 'back'),
      fault(failoverBySoon('sentinel-1', 'shard-1')),
      switched(),
      acks(400),
    ],
    expect,
    goals: lossless,
  },
  mixedNames('sentinel-1', 'by its address'),
  mixedNames('sentinel-3', 'by its host name'),
  {
    id: 'planned-coordinated',
    fault: 3,
    title: 'SENTINEL FAILOVER ... COORDINATED: the old master itself hands over',
    load: { pushes: 500 },
    steps: [
      acks(200),
      fault(command('sentinel-1', 'SENTINEL', 'FAILOVER', 'shard-1', 'COORDINATED')),
      switched(),
      acks(400),
    ],
    expect,
    // The old master hands over at the next acknowledgement of its replica: there is one a second.
    goals: [...lossless, { figure: 'gap', percentile: 'p99', atMost: 1_300 }],
    needsValkey: 9,
  },
  {
    id: 'planned-to-the-slower-of-two-replicas',
    fault: 3,
    title: 'SENTINEL FAILOVER to the replica that lags: what the other one has proves nothing',
    fleet: { replicas: 2 },
    proxied: ['data', 'sentinels'],
    load: { pushes: 500 },
    steps: [
      // Sentinel prefers the lower priority before the better offset.
      command('shard-1/3', 'CONFIG', 'SET', 'replica-priority', '1'),
      ...[...sentinelNames, 'shard-1/1', 'shard-1/2', 'shard-1/3'].map((name) =>
        shape(name, 'both', { delay: 40 }),
      ),
      acks(300),
      fault(failover('shard-1')),
      switched(),
      acks(400),
    ],
    expect,
    goals: lossless,
  },
]
