import { knowsNewMaster } from '../actions/client.js'
import { dialled } from '../actions/dials.js'
import {
  corrupt,
  corruptRequests,
  cut,
  halfOpen,
  heal,
  healByReset,
  resetLinks,
  shape,
} from '../actions/links.js'
import { isolate, reunite } from '../actions/partition.js'
import { onEachSentinel } from '../actions/sentinels.js'
import { isUndisturbed, noteConnections } from '../actions/server-facts.js'
import { check, fault, marked } from '../actions/step.js'
import { acks, condition, load, switched } from '../actions/waits.js'
import { garbageAfter, resetAfter, truncateAfter } from '../links/stream-faults.js'
import type { Check, Scenario, Step } from '../scenario.js'
import { behindProxy, bounded, calm, unknown } from './common.js'

/** No byte of any of these can begin a RESP reply. */
const nonsense = ['HTTP/1.1 502 Bad Gateway\r\n\r\n', '\0\0\0\0', '@@@@\r\n', '\x16\x03\x01\x02']

/** The client went on with the connection it had. */
const keptItsConnection: Check = check('one connection all along', ({ proxies, figures }) => {
  const { accepted } = proxies.get('shard-1/1')
  figures.set('dials', accepted)
  // One for commands, and one that is kept ready for those that block.
  return accepted === 2 ? undefined : `${accepted} connections were made`
})

/** Every connection to the master is spoilt, those that are open first, until the client has made a few. */
const spoilt = (spoil: Step): readonly Step[] => [
  acks(50),
  fault(spoil),
  resetLinks('shard-1/1'),
  dialled(8),
  heal('shard-1/1'),
  acks(100),
]

/** A fault under load for so many ms, its end, and so many acknowledgements after it. */
const faulty = (begin: Step, lasts: number, end: Step, after: number): readonly Step[] => [
  acks(50),
  fault(begin),
  load(lasts),
  end,
  acks(after),
]

/** Bad networks between the client and a master, through a proxy: they run everywhere. */
export const networkScenarios: readonly Scenario[] = [
  {
    id: 'cut-off-from-master',
    fault: 17,
    title: 'the client alone is cut off from one master for 2.5 s',
    fleet: { ...calm, masters: 2 },
    proxied: ['data'],
    load: { timeout: 800 },
    steps: [
      acks(50),
      noteConnections('shard-2/1'),
      fault(cut('shard-1/1')),
      load(2_500),
      acks(50, 'shard-2'),
      marked('healed', heal('shard-1/1')),
      acks(200),
    ],
    expect: { errors: { 'shard-1': bounded }, checks: [isUndisturbed('shard-2/1')] },
  },
  {
    id: 'cut-off-with-old-master',
    fault: 18,
    title: 'the client and the old master are cut off together; a new master is elected elsewhere',
    proxied: ['sentinels'],
    load: { timeout: 2_000 },
    steps: [
      acks(50),
      onEachSentinel((name) => cut(name)),
      fault(isolate('shard-1/1')),
      switched(),
      load(1_000),
      heal(),
      knowsNewMaster('shard-1'),
      marked('learned', reunite('shard-1/1')),
      acks(200),
    ],
    // The documented window: it ends when the client hears of the new master.
    expect: {
      errors: { 'shard-1': bounded },
      loss: { shards: ['shard-1'], before: 'learned' },
    },
  },
  {
    id: 'cut-off-with-old-master-fenced',
    fault: 18,
    title: 'the same with `fenceAfter: 500`: writes stop until the Sentinels are back in reach',
    proxied: ['sentinels'],
    load: { timeout: 2_000 },
    client: () => ({ fenceAfter: 500 }),
    steps: [
      acks(50),
      // A fence that a starved machine closed before would open again with the answers on their way.
      condition('no writes are fenced', ({ client }) =>
        client.health().shards[0]?.isFenced === false ? undefined : 'they are',
      ),
      onEachSentinel((name) => cut(name)),
      fault(isolate('shard-1/1')),
      condition('writes are fenced', ({ client }) =>
        client.health().shards[0]?.isFenced === true ? undefined : 'they are not',
      ),
      marked('fenced', switched()),
      load(1_000),
      heal(),
      knowsNewMaster('shard-1'),
      reunite('shard-1/1'),
      acks(200),
    ],
    expect: {
      errors: { 'shard-1': bounded },
      loss: { shards: ['shard-1'], before: 'fenced' },
    },
  },
  {
    id: 'replies-lost',
    fault: 19,
    title: 'requests reach the master, replies are lost; then the connections are reset',
    ...behindProxy,
    load: { timeout: 1_000 },
    steps: faulty(cut('shard-1/1', 'toClient'), 2_500, healByReset('shard-1/1'), 200),
    expect: { errors: { 'shard-1': bounded } },
  },
  {
    id: 'replies-late',
    fault: 19,
    title: 'requests reach the master, replies come 2.5 s late',
    ...behindProxy,
    load: { timeout: 1_000 },
    steps: faulty(cut('shard-1/1', 'toClient'), 2_500, heal('shard-1/1'), 200),
    expect: { errors: { 'shard-1': bounded } },
  },
  {
    id: 'half-open',
    fault: 32,
    title: 'the connection to a master falls silent without an end; new ones work',
    ...behindProxy,
    steps: [acks(50), fault(halfOpen('shard-1/1')), acks(200), heal(), acks(50)],
    expect: { errors: { 'shard-1': unknown } },
    goals: [{ figure: 'firstAck', percentile: 'max', atMost: 2_000 }],
  },
  {
    id: 'slow-network',
    fault: 33,
    title: 'every packet takes 20 to 60 ms',
    ...behindProxy,
    alsoTell: { latency: 'p99', dials: 'connections' },
    steps: [
      acks(50),
      fault(shape('shard-1/1', 'both', { delay: 10, jitter: 20 })),
      load(3_000),
      acks(100),
    ],
    expect: { checks: [keptItsConnection] },
  },
  {
    id: 'spiky-network',
    fault: 33,
    title: 'now and then replies take up to 700 ms',
    ...behindProxy,
    alsoTell: { latency: 'p99', dials: 'connections' },
    steps: [
      acks(50),
      fault(shape('shard-1/1', 'toClient', { delay: 0, jitter: 700 })),
      load(3_000),
      acks(100),
    ],
    expect: { checks: [keptItsConnection] },
  },
  {
    id: 'deadlines-shorter-than-the-way',
    fault: 33,
    title: 'replies take 400 ms and every call has 250 ms; then the network is fast again',
    ...behindProxy,
    load: { timeout: 250 },
    steps: faulty(shape('shard-1/1', 'both', { delay: 200 }), 2_000, heal('shard-1/1'), 200),
    expect: { errors: { 'shard-1': bounded }, checks: [keptItsConnection] },
  },
  {
    id: 'reset-in-mid-reply',
    fault: 34,
    title: 'every connection is reset after 1 to 2000 reply bytes',
    ...behindProxy,
    steps: spoilt(
      corrupt('shard-1/1', 'resets', (world) => resetAfter(() => world.random.between(1, 2_000))),
    ),
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'reset-in-mid-request',
    fault: 34,
    title: 'every connection is reset after 1 to 4000 request bytes',
    ...behindProxy,
    steps: spoilt(
      corruptRequests('shard-1/1', 'resets', (world) =>
        resetAfter(() => world.random.between(1, 4_000)),
      ),
    ),
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'reset-of-a-congested-link',
    fault: 34,
    title: 'writes of 64 KiB over a slow connection that is reset every 2 MB',
    ...behindProxy,
    load: { pushes: 100, padding: 65_536, timeout: 20_000 },
    steps: [
      acks(50),
      fault(
        corruptRequests('shard-1/1', 'resets', (world) =>
          resetAfter(() => world.random.between(1_000, 4_000_000)),
        ),
      ),
      shape('shard-1/1', 'toServer', { delay: 30 }),
      load(3_000),
      heal('shard-1/1'),
      acks(100),
    ],
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'one-byte-packets',
    fault: 35,
    title: 'one byte a packet, both ways',
    ...behindProxy,
    load: { pushes: 100 },
    steps: faulty(shape('shard-1/1', 'both', { slice: 1 }), 2_000, heal('shard-1/1'), 100),
    expect: { checks: [keptItsConnection] },
  },
  {
    id: 'garbage',
    fault: 36,
    title: 'between replies every connection says something that is no RESP',
    ...behindProxy,
    steps: spoilt(
      corrupt('shard-1/1', 'garbage', (world) =>
        garbageAfter(
          () => world.random.between(1, 4_000),
          Buffer.from(world.random.pick(nonsense), 'latin1'),
        ),
      ),
    ),
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'malformed-lengths',
    fault: 36,
    title: 'between replies every connection announces a string of no possible length',
    ...behindProxy,
    load: { timeout: 2_000 },
    steps: spoilt(
      corrupt('shard-1/1', 'malformed lengths', (world) =>
        garbageAfter(
          () => world.random.between(1, 4_000),
          Buffer.from(world.random.pick(['$zz\r\n', '$-7\r\n', ':x1\r\n', '*-9\r\n'])),
        ),
      ),
    ),
    expect: { errors: { 'shard-1': bounded } },
  },
  {
    id: 'truncated-reply',
    fault: 36,
    title: 'every connection ends in order in the middle of a reply',
    ...behindProxy,
    steps: spoilt(
      corrupt('shard-1/1', 'truncation', (world) =>
        truncateAfter(() => world.random.between(1, 2_000)),
      ),
    ),
    expect: { errors: { 'shard-1': unknown } },
  },
]
