import { connectClient, healthIs, makeClient, rejection } from '../actions/client.js'
import { fewDials } from '../actions/dials.js'
import { corrupt, halfOpen, heal, shape } from '../actions/links.js'
import { command, failover, failoverBy, kill, pause, restart, resume } from '../actions/nodes.js'
import {
  aSentinelDied,
  clientSeesSentinels,
  failNoMore,
  forgetAll,
  introduced,
  lyingSentinel,
  monitor,
  newIdentity,
  onEachSentinel,
} from '../actions/sentinels.js'
import { isUndisturbed, noteConnections } from '../actions/server-facts.js'
import { fault, marked, step, together } from '../actions/step.js'
import {
  acks,
  heard,
  inSync,
  load,
  replaceMaster,
  settledMaster,
  switched,
} from '../actions/waits.js'
import { garbageAfter } from '../links/stream-faults.js'
import type { Scenario, Step } from '../scenario.js'
import type { World } from '../world/world.js'
import { bounded, calm, quick, unknown } from './common.js'

/** That host, and the port of a node. */
const at =
  (host: string, node: string) =>
  (world: World): readonly [string, string] => [host, `${world.node(node).address.port}`]

const crash = {
  errors: { 'shard-1': unknown },
  loss: { shards: ['shard-1'], before: 'fault' },
} as const

/**
 * The replica is promoted and says so; its leader dies before anybody hears of it, and the other
 * Sentinels put it back. In the end the leader returns with its newer configuration.
 */
const undonePromotion: readonly Step[] = [
  acks(50),
  command('sentinel-1', 'SENTINEL', 'SIMULATE-FAILURE', 'crash-after-promotion'),
  fault(failoverBy('sentinel-1', 'shard-1')),
  aSentinelDied(),
  heard('+convert-to-slave'),
  load(1_000),
  marked('return', restart('sentinel-1')),
  switched(),
  marked('agreed', acks(100)),
]

/** Sentinels that die, hang, and are wrong: rows 8 to 16, 21, 22, 40 and 48. */
export const sentinelScenarios: readonly Scenario[] = [
  {
    id: 'one-sentinel-dead',
    fault: 8,
    title: 'one of three Sentinels is killed; a planned failover still works',
    steps: [
      acks(50),
      noteConnections('shard-1/1'),
      marked('loss', kill('sentinel-1')),
      load(1_500),
      fault(failover('shard-1')),
      switched(),
      acks(200),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'majority-dead-then-master',
    fault: 9,
    title: 'two of three Sentinels are killed, then a master; all come back',
    fleet: { masters: 2 },
    load: { timeout: 1_000 },
    steps: [
      acks(50),
      together(kill('sentinel-1'), kill('sentinel-2')),
      noteConnections('shard-2/1'),
      fault(kill('shard-1/1')),
      load(2_500),
      acks(100, 'shard-2'),
      together(restart('sentinel-1'), restart('sentinel-2')),
      switched(),
      acks(100),
    ],
    expect: {
      errors: { 'shard-1': bounded },
      loss: crash.loss,
      checks: [isUndisturbed('shard-2/1')],
    },
  },
  {
    id: 'all-sentinels-dead',
    fault: 10,
    title: 'every Sentinel is killed; masters serve; the Sentinels come back',
    steps: [
      acks(50),
      noteConnections('shard-1/1'),
      fault(onEachSentinel(kill)),
      load(1_500),
      step('health tells', ({ client }) => {
        const { state } = client.health()
        if (state !== 'degraded') throw new Error(`health is ${state} and not degraded`)
      }),
      acks(50),
      onEachSentinel(restart),
      clientSeesSentinels(3),
      acks(50),
    ],
    expect: { checks: [healthIs('ok'), isUndisturbed('shard-1/1')] },
  },
  {
    id: 'sentinel-hangs',
    fault: 11,
    title: 'the first Sentinel hangs, then the master is killed',
    steps: [
      acks(50),
      pause('sentinel-1'),
      load(500),
      fault(kill('shard-1/1')),
      switched(),
      acks(200),
    ],
    expect: crash,
  },
  {
    id: 'slow-sentinels',
    fault: 11,
    title: 'every answer of the Sentinels takes 200 to 400 ms; the master is killed',
    proxied: ['sentinels'],
    steps: [
      acks(50),
      onEachSentinel((name) => shape(name, 'toClient', { delay: 200, jitter: 200 })),
      load(2_000),
      fault(kill('shard-1/1')),
      switched(),
      acks(200),
    ],
    expect: crash,
  },
  {
    id: 'start-while-sentinel-hangs',
    fault: 11,
    title: 'the first Sentinel hangs when the client starts',
    connects: false,
    steps: [pause('sentinel-1'), fault(connectClient()), acks(100)],
  },
  {
    id: 'tilt',
    fault: 12,
    title: 'a Sentinel is in tilt mode when the master is killed',
    steps: [
      acks(50),
      marked('tilt', pause('sentinel-1')),
      load(3_000),
      resume('sentinel-1'),
      heard('+tilt', 'tilt'),
      fault(kill('shard-1/1')),
      switched(),
      acks(200),
    ],
    expect: crash,
  },
  {
    id: 'stale-sentinel',
    fault: 13,
    title: 'a Sentinel that missed a failover is the only one that answers',
    fleet: quick,
    steps: [
      acks(50),
      kill('sentinel-1'),
      fault(failoverBy('sentinel-2', 'shard-1')),
      switched(),
      heard('+convert-to-slave'),
      together(pause('sentinel-2'), pause('sentinel-3')),
      restart('sentinel-1'),
      load(2_000),
      acks(100),
      together(resume('sentinel-2'), resume('sentinel-3')),
      settledMaster('shard-1'),
      acks(100),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'start-with-stale-sentinel',
    fault: 13,
    title: 'a client starts while only a Sentinel answers that missed a failover',
    fleet: quick,
    connects: false,
    load: { timeout: 2_500 },
    steps: [
      kill('sentinel-1'),
      fault(failoverBy('sentinel-2', 'shard-1')),
      switched(),
      heard('+convert-to-slave'),
      together(pause('sentinel-2'), pause('sentinel-3')),
      restart('sentinel-1'),
      makeClient(),
      rejection('a write', 'ShardDownError', (client) => client.set('probe', '1')),
      together(resume('sentinel-2'), resume('sentinel-3')),
      connectClient(),
      acks(100),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'unreachable-address',
    fault: 14,
    title: 'Sentinels name an address that this client cannot reach, until they are put right',
    proxied: ['sentinels'],
    connects: false,
    load: { timeout: 2_000 },
    steps: [
      onEachSentinel((name) =>
        lyingSentinel(name, 'an internal address', at('127.9.9.9', 'shard-1/1')),
      ),
      makeClient(),
      rejection(
        'ready()',
        'ShardDownError',
        (client) => client.ready(),
        (world) => `127.9.9.9:${world.node('shard-1/1').address.port}`,
      ),
      fault(heal()),
      connectClient(),
      acks(100),
    ],
  },
  {
    id: 'unreachable-address-mapped',
    fault: 14,
    title: 'Sentinels name an internal address, and natMap leads to the real one',
    proxied: ['sentinels'],
    connects: false,
    client: (world) => {
      const others = world.proxies.natMap() as (
        key: string,
      ) => { host: string; port: number } | null
      const { address } = world.node('shard-1/1')
      return {
        natMap: (key) => (key === `127.9.9.9:${address.port}` ? address : others(key)),
      }
    },
    steps: [
      onEachSentinel((name) =>
        lyingSentinel(name, 'an internal address', at('127.9.9.9', 'shard-1/1')),
      ),
      fault(connectClient()),
      acks(100),
    ],
  },
  {
    id: 'empty-host',
    fault: 15,
    title: 'the first Sentinel names a master with an empty host',
    proxied: ['sentinels'],
    connects: false,
    steps: [
      lyingSentinel('sentinel-1', 'an empty host', at('', 'shard-1/1')),
      fault(connectClient()),
      acks(100),
    ],
  },
  {
    id: 'port-zero',
    fault: 15,
    title: 'the first Sentinel names a master at port 0',
    proxied: ['sentinels'],
    connects: false,
    steps: [
      lyingSentinel('sentinel-1', 'port 0', () => ['127.0.0.1', '0']),
      fault(connectClient()),
      acks(100),
    ],
  },
  {
    id: 'garbage-from-sentinel',
    fault: 15,
    title: 'the first Sentinel sends garbage after some replies, again and again',
    proxied: ['sentinels'],
    steps: [
      acks(50),
      fault(
        corrupt('sentinel-1', 'garbage', (world) =>
          garbageAfter(() => world.random.between(1, 3_000), Buffer.from('HTTP/1.1 502\r\n\r\n')),
        ),
      ),
      load(2_500),
      marked('failover', failoverBy('sentinel-2', 'shard-1')),
      switched(),
      acks(100),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'replica-named-as-master',
    fault: 16,
    title: 'Sentinels name a replica as the master, until they are put right',
    proxied: ['sentinels', 'data'],
    connects: false,
    load: { timeout: 2_000 },
    steps: [
      onEachSentinel((name) => lyingSentinel(name, 'a replica', at('127.0.0.1', 'shard-1/2'))),
      makeClient(),
      rejection('ready()', 'ShardDownError', (client) => client.ready()),
      fewDials('shard-1/2'),
      fault(heal()),
      connectClient(),
      acks(100),
    ],
  },
  {
    id: 'leader-dies-after-election',
    fault: 21,
    title: 'the leading Sentinel dies once it was elected for a planned failover',
    fleet: calm,
    steps: [
      acks(50),
      command('sentinel-1', 'SENTINEL', 'SIMULATE-FAILURE', 'crash-after-election'),
      fault(failoverBy('sentinel-1', 'shard-1')),
      acks(200),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'leader-dies-after-promotion',
    fault: 21,
    title: 'the leading Sentinel dies once it promoted a replica, in a crash of the master',
    fleet: quick,
    steps: [
      acks(50),
      onEachSentinel((name) =>
        command(name, 'SENTINEL', 'SIMULATE-FAILURE', 'crash-after-promotion'),
      ),
      fault(kill('shard-1/1')),
      aSentinelDied(),
      onEachSentinel(failNoMore),
      switched(),
      acks(200),
    ],
    expect: { errors: { 'shard-1': bounded }, loss: crash.loss },
  },
  {
    id: 'leader-dies-after-planned-promotion',
    fault: 21,
    title: 'the leading Sentinel dies once it promoted a replica beside a healthy master',
    fleet: quick,
    steps: undonePromotion,
    expect: { loss: { shards: ['shard-1'], before: 'agreed' } },
  },
  {
    id: 'leader-dies-after-planned-promotion-proven',
    fault: 21,
    title: "the same with `openOn: 'proven'`: what the replica took until it was put back is lost",
    fleet: quick,
    client: () => ({ failoverGate: { openOn: 'proven' } }),
    steps: undonePromotion,
    expect: { errors: { 'shard-1': unknown }, loss: { shards: ['shard-1'], before: 'agreed' } },
  },
  {
    id: 'late-leader',
    fault: 22,
    title: 'a second replica hangs: the leader says +switch-master long after the others',
    fleet: { ...calm, replicas: 2, failoverTimeout: 8_000, sentinelTimers: { 'info-period': 200 } },
    steps: [
      command('shard-1/2', 'CONFIG', 'SET', 'replica-priority', 10),
      acks(200),
      pause('shard-1/3'),
      fault(failoverBy('sentinel-1', 'shard-1')),
      switched(),
      acks(200),
    ],
    goals: [{ figure: 'afterSwitch', percentile: 'max', atMost: 50 }],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'new-sentinel-id',
    fault: 40,
    title: 'a Sentinel loses its configuration and comes back with a new id',
    steps: [
      acks(50),
      kill('sentinel-3'),
      newIdentity('sentinel-3'),
      fault(restart('sentinel-3')),
      clientSeesSentinels(3),
      marked('failover', failover('shard-1')),
      switched(),
      acks(100),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'sentinels-reset',
    fault: 40,
    title: 'every Sentinel is reset (SENTINEL RESET), then the master is failed over',
    steps: [
      acks(50),
      noteConnections('shard-1/1'),
      fault(onEachSentinel((name) => command(name, 'SENTINEL', 'RESET', '*'))),
      inSync(),
      replaceMaster('shard-1'),
      acks(200),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'epochs-restarted',
    fault: 40,
    title: 'after two failovers all Sentinels lose their configuration: epochs begin at 0 again',
    fleet: quick,
    steps: [
      acks(50),
      replaceMaster('shard-1'),
      inSync(),
      replaceMaster('shard-1'),
      inSync(),
      onEachSentinel(kill),
      onEachSentinel(forgetAll),
      onEachSentinel(restart),
      onEachSentinel((name) => monitor(name, 'shard-1', 'shard-1/master')),
      acks(50),
      introduced('shard-1'),
      replaceMaster('shard-1'),
      acks(200),
    ],
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'silent-sentinel-links',
    fault: 48,
    title: 'the connections to all Sentinels fall silent while a master is replaced',
    proxied: ['sentinels'],
    steps: [
      acks(50),
      fault(kill('shard-1/1')),
      heard('+odown'),
      onEachSentinel(halfOpen),
      switched(),
      acks(200),
    ],
    expect: crash,
    goals: [{ figure: 'afterSwitch', percentile: 'p99', atMost: 1_500 }],
  },
]
