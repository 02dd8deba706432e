import type { FleetOptions } from '@disredis/fleet'
import { kill, restart } from '../actions/nodes.js'
import { check, fault, marked, together } from '../actions/step.js'
import { acks, heard, load, switched, told } from '../actions/waits.js'
import { drop, dropMachine, loseSome, passAll } from '../namespace/firewall.js'
import type { Check, Scenario } from '../scenario.js'
import { bounded, calm, durable, unknown } from './common.js'

/** Two servers, and a third for a tie-breaking Sentinel. */
const [first, second, third] = ['127.0.1.1', '127.0.1.2', '127.0.1.3']

/** The first server has the master and two Sentinels, the second a replica and two Sentinels. */
const twoServers: FleetOptions = {
  quorum: 2,
  sentinels: 4,
  bind: { masters: first!, replicas: second!, sentinels: [first!, second!] },
  dataConfig: [...durable],
}

const withTieBreaker: FleetOptions = {
  ...twoServers,
  sentinels: 5,
  bind: { ...twoServers.bind, sentinels: [first!, second!, first!, second!, third!] },
}

const firstServer = ['shard-1/1', 'sentinel-1', 'sentinel-3'] as const

const saysWhy: Check = check('the client says why there is no failover', ({ clientEvents }) => {
  const reasons = clientEvents
    .filter(({ name }) => name === 'failoverAborted')
    .map(({ event }) => (event as { readonly reason: string }).reason)
  return reasons.includes('not-elected') ? undefined : `it told ${JSON.stringify(reasons)}`
})

/** Whole servers, and packets: rows 46 and 50, and what proxies cannot show. */
export const machineScenarios: readonly Scenario[] = [
  {
    id: 'packet-loss',
    fault: 46,
    title: '10% of the packets between the client and the master are lost',
    fleet: calm,
    needsNamespace: true,
    steps: [acks(50), fault(loseSome('shard-1/1', 0.1)), load(8_000), passAll(), acks(100)],
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'dropped-packets',
    fault: 17,
    title: 'packets of one master are dropped for 2.5 s, those of new connections too',
    fleet: { ...calm, masters: 2 },
    needsNamespace: true,
    load: { timeout: 800 },
    steps: [
      acks(50),
      fault(drop('shard-1/1')),
      load(2_500),
      acks(50, 'shard-2'),
      passAll(),
      acks(200),
    ],
    expect: { errors: { 'shard-1': bounded } },
  },
  {
    id: 'server-lost',
    fault: 50,
    title: 'one of two servers dies; a Sentinel on a third breaks the tie',
    fleet: withTieBreaker,
    steps: [acks(100), fault(together(...firstServer.map(kill))), switched(), acks(200)],
    expect: {
      errors: { 'shard-1': unknown },
      loss: { shards: ['shard-1'], before: 'fault' },
    },
  },
  {
    id: 'server-silent',
    fault: 50,
    title: 'one of two servers falls silent (no packet passes); a third breaks the tie',
    fleet: withTieBreaker,
    needsNamespace: true,
    steps: [acks(100), fault(dropMachine(first!)), switched(), acks(200), passAll()],
    expect: {
      errors: { 'shard-1': unknown },
      loss: { shards: ['shard-1'], before: 'fault' },
    },
  },
  {
    id: 'server-lost-without-majority',
    fault: 50,
    title: 'one of two servers dies, and the two Sentinels left are no majority; it comes back',
    fleet: twoServers,
    load: { timeout: 1_000 },
    steps: [
      acks(100),
      fault(together(...firstServer.map(kill))),
      heard('-failover-abort-not-elected'),
      told('failoverAborted'),
      marked('return', together(...firstServer.map(restart))),
      acks(100),
    ],
    expect: { errors: { 'shard-1': bounded }, checks: [saysWhy] },
  },
]
