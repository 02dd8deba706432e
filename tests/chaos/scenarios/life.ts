import { setTimeout as sleep } from 'node:timers/promises'
import { closeClient, connectClient, makeClient, rejection } from '../actions/client.js'
import { kill, pause, restart } from '../actions/nodes.js'
import { clientSeesSentinels, forget, monitor, onEachSentinel } from '../actions/sentinels.js'
import { isUndisturbed, noteConnections } from '../actions/server-facts.js'
import { check, fault, step, together } from '../actions/step.js'
import { acks, load, nothingPending, settledMaster, told } from '../actions/waits.js'
import type { Check, Scenario, Step } from '../scenario.js'
import { calm, durable } from './common.js'

/** Every lane's keys are still where they were. */
const nothingMoved: Check = check('keys stay on their shards', ({ client, ledger }) => {
  const moved = ledger.lanes.filter(({ list, shard }) => client.explain(list).shard !== shard)
  return moved.length === 0 ? undefined : `${moved.length} lanes have moved`
})

/** Starting, closing, the event loop, the clock, and the set of masters: rows 38, 39, 44, 45, 47. */
export const lifeScenarios: readonly Scenario[] = [
  {
    id: 'masters-down-at-start',
    fault: 38,
    title: 'no master runs when the client starts; it comes up later',
    fleet: { ...calm, replicas: 0, dataConfig: [...durable] },
    connects: false,
    load: { timeout: 1_500 },
    steps: [
      kill('shard-1/1'),
      makeClient(),
      together(
        rejection('ready()', 'ShardDownError', (client) => client.ready()),
        rejection('a write', 'ShardDownError', (client) => client.set('probe', '1')),
        rejection('a read', 'ShardDownError', (client) => client.get('probe')),
      ),
      restart('shard-1/1'),
      fault(connectClient()),
      acks(100),
    ],
  },
  {
    id: 'sentinels-down-at-start',
    fault: 38,
    title: 'no Sentinel runs when the client starts; they come up later',
    connects: false,
    load: { timeout: 1_500 },
    steps: [
      onEachSentinel(kill),
      makeClient(),
      together(
        rejection('ready()', 'SentinelsUnreachableError', (client) => client.ready()),
        rejection('a write', 'CommandTimeoutError', (client) => client.set('probe', '1')),
      ),
      onEachSentinel(restart),
      fault(connectClient()),
      clientSeesSentinels(3),
      acks(100),
    ],
  },
  {
    id: 'masters-added-and-removed',
    fault: 39,
    title: 'a master is added, another removed, on one Sentinel and then on all',
    fleet: { ...calm, masters: 3 },
    steps: [
      acks(50),
      noteConnections('shard-1/1', 'shard-2/1', 'shard-3/1'),
      fault(monitor('sentinel-1', 'shard-4', 'shard-3/1')),
      load(1_500),
      together(
        ...['sentinel-2', 'sentinel-3'].map((name) => monitor(name, 'shard-4', 'shard-3/1')),
      ),
      told('masterAdded'),
      forget('sentinel-1', 'shard-3'),
      load(1_500),
      together(...['sentinel-2', 'sentinel-3'].map((name) => forget(name, 'shard-3'))),
      told('masterRemoved'),
      acks(100),
      onEachSentinel((name) => monitor(name, 'shard-3', 'shard-3/1')),
      settledMaster('shard-3'),
      load(1_500),
    ],
    expect: { checks: [nothingMoved, isUndisturbed('shard-1/1', 'shard-2/1', 'shard-3/1')] },
  },
  {
    id: 'close-drains',
    fault: 44,
    title: 'close() with commands in flight on a healthy master',
    fleet: calm,
    steps: [
      acks(100),
      fault(closeClient(2_000)),
      load(100),
      nothingPending(),
      step('nothing that was asked before was lost', ({ ledger }) => {
        const { OutcomeUnknownError: lost = 0 } = Object.fromEntries(
          ledger.errors.get('shard-1') ?? [],
        )
        if (lost > 0) throw new Error(`${lost} were cut off`)
      }),
    ],
    expect: { errors: { 'shard-1': ['ClosedError'] } },
  },
  {
    id: 'close-in-a-freeze',
    fault: 44,
    title: 'close({ timeout: 500 }) while the master hangs',
    fleet: calm,
    steps: [
      acks(100),
      fault(pause('shard-1/1')),
      load(500),
      closeClient(500),
      step('in time, and everything is settled', ({ figures, ledger, stalls, marks }) => {
        const late =
          figures.get('close')! - 500 - stalls.stalled(marks.get('fault')!, performance.now())
        if (late > 500) throw new Error(`close() took ${Math.round(figures.get('close')!)} ms`)
        if (ledger.pending.size > 0) throw new Error(`${ledger.pending.size} are pending`)
      }),
      step('the master goes on', (world) => world.node('shard-1/1').resume()),
    ],
    expect: { errors: { 'shard-1': ['ClosedError', 'OutcomeUnknownError'] } },
  },
  {
    id: 'stalled-event-loop',
    fault: 45,
    title: 'the event loop stands still for 3 s',
    steps: [
      acks(100),
      noteConnections('shard-1/1'),
      fault(
        step('3 s of computing', () => {
          const until = performance.now() + 3_000
          while (performance.now() < until) Math.sqrt(2)
        }),
      ),
      acks(200),
    ],
    expect: { checks: [isUndisturbed('shard-1/1')] },
  },
  {
    id: 'stuttering-event-loop',
    fault: 45,
    title: 'the event loop stands still for 400 ms of every 500',
    steps: [acks(100), noteConnections('shard-1/1'), fault(stutter(4_000)), acks(200)],
    expect: { checks: [isUndisturbed('shard-1/1')] },
  },
  {
    id: 'clock-jump',
    fault: 47,
    title: 'the date jumps an hour ahead, then two back',
    steps: [
      acks(100),
      noteConnections('shard-1/1'),
      fault(jump(3_600_000)),
      acks(100),
      jump(-3_600_000),
      acks(100),
      load(1_500),
    ],
    expect: { checks: [isUndisturbed('shard-1/1')] },
  },
]

function stutter(duration: number): Step {
  return step(`${duration} ms of stutter`, async () => {
    const end = performance.now() + duration
    while (performance.now() < end) {
      const until = performance.now() + 400
      while (performance.now() < until) Math.sqrt(2)
      await sleep(100)
    }
  })
}

function jump(by: number) {
  const { now } = Date
  return step(`the date is ${by} ms off`, (world) => {
    Date.now = () => now() + by
    world.cleanUps.push(() => {
      Date.now = now
    })
  })
}
