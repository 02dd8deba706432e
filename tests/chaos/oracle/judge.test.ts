import { expect, test } from 'vitest'
import { judge, type LossWindow } from './judge.js'
import { Lane } from './lane.js'
import { Ledger } from './ledger.js'
import { type Outcome, outcomes } from './outcome.js'
import { StallWatch } from './stall-watch.js'

const { acked, unknown, refused } = outcomes

/** Pushes issued at 0, 1, 2, ... ms, what callers were told, and what the master holds. */
function verdict(
  told: readonly Outcome[],
  ids: readonly number[],
  windows: readonly LossWindow[] = [],
  counter = 0,
  increments = { issued: 0, acked: 0, unknown: 0, refused: 0 },
) {
  const lane = new Lane('shard-1', 'tag')
  told.forEach((outcome, i) => {
    lane.pushes.settle(lane.pushes.issue(i), outcome, i + 0.5)
  })
  Object.assign(lane.increments, increments)
  return judge({
    ledger: new Ledger([lane]),
    states: new Map([[lane, { ids, mirror: [], fields: [], counter }]]),
    windows,
    stalls: new StallWatch(),
  })
}

test('what was acknowledged and is there once is in order', () => {
  expect(verdict([acked, unknown, acked], [0, 2])).toMatchObject({
    acked: 2,
    unknown: 1,
    lost: 0,
    duplicates: 0,
    phantoms: 0,
    misordered: 0,
    late: 0,
  })
})

test('an acknowledged write that is missing is lost', () => {
  expect(verdict([acked, acked], [1])).toMatchObject({ lost: 1, lostWithoutExcuse: 1 })
})

test('a loss is excused by the time of issue and by the shard, and still counted', () => {
  const window = { shard: 'shard-1', from: 0, until: 0 }
  expect(verdict([acked, acked], [1], [window])).toMatchObject({ lost: 1, lostWithoutExcuse: 0 })
  expect(verdict([acked, acked], [0], [window])).toMatchObject({ lost: 1, lostWithoutExcuse: 1 })
  const elsewhere = { ...window, shard: 'shard-2' }
  expect(verdict([acked, acked], [1], [elsewhere])).toMatchObject({ lostWithoutExcuse: 1 })
})

test('a write that is there twice was executed twice, whatever its caller was told', () => {
  expect(verdict([acked, unknown], [0, 0, 1, 1])).toMatchObject({ duplicates: 2 })
})

test('a write that is there although its error denied it is a phantom', () => {
  expect(verdict([refused, acked], [0, 1])).toMatchObject({ refused: 1, phantoms: 1 })
})

test('acknowledged writes stand in the order of their issue; others may stand anywhere', () => {
  expect(verdict([acked, acked, acked], [0, 2, 1])).toMatchObject({ misordered: 1 })
  expect(verdict([acked, unknown, acked], [0, 2, 1])).toMatchObject({ misordered: 0 })
})

test('a counter is at least what was acknowledged and at most that and the unknown', () => {
  const increments = { issued: 10, acked: 7, unknown: 2, refused: 1 }
  expect(verdict([], [], [], 7, increments)).toMatchObject({ lost: 0, duplicates: 0 })
  expect(verdict([], [], [], 9, increments)).toMatchObject({ lost: 0, duplicates: 0 })
  expect(verdict([], [], [], 10, increments)).toMatchObject({ duplicates: 1 })
  expect(verdict([], [], [], 5, increments)).toMatchObject({ lost: 2, lostWithoutExcuse: 2 })
})

test('a promise that is settled 50 ms after its deadline is late, unless the loop stood still', () => {
  const ledger = new Ledger([])
  const now = performance.now()
  ledger.late.push({ command: 'GET', deadline: now - 100, settledAt: now })
  const evidence = { ledger, states: new Map(), windows: [] }
  expect(judge({ ...evidence, stalls: new StallWatch() }).late).toBe(1)
  expect(judge({ ...evidence, stalls: stalledFor(now - 95, now - 5) }).late).toBe(0)
})

test('a promise that is never settled is late', () => {
  const ledger = new Ledger([])
  ledger.open('shard-1', 'GET', -1_000)
  const evidence = { ledger, states: new Map(), windows: [], stalls: new StallWatch() }
  expect(judge(evidence).late).toBe(1)
})

/** A watch that saw just that. */
function stalledFor(from: number, until: number): StallWatch {
  const watch = new StallWatch()
  watch.stalled = (a, b) => Math.max(0, Math.min(b, until) - Math.max(a, from))
  return watch
}

test('an acknowledged field that is missing is lost, and no field is there twice', () => {
  const lane = new Lane('shard-1', 'tag')
  for (const outcome of [acked, acked, refused]) lane.sets.settle(lane.sets.issue(0), outcome, 1)
  const state = { ids: [], mirror: [], fields: [0, 2], counter: 0 }
  const evidence = { ledger: new Ledger([lane]), windows: [], stalls: new StallWatch() }
  const found = judge({ ...evidence, states: new Map([[lane, state]]) })
  expect(found).toMatchObject({ acked: 2, lost: 1, refused: 1, phantoms: 1 })
})

test('a transaction is there as a whole or not at all, acknowledged or not', () => {
  const lane = new Lane('shard-1', 'tag')
  for (const outcome of [acked, unknown, unknown]) {
    const id = lane.pushes.issue(0)
    lane.transactions.add(id)
    lane.pushes.settle(id, outcome, 1)
  }
  const evidence = { ledger: new Ledger([lane]), windows: [], stalls: new StallWatch() }
  const tornIn = (ids: readonly number[], mirror: readonly number[]) =>
    judge({ ...evidence, states: new Map([[lane, { ids, mirror, fields: [], counter: 0 }]]) }).torn
  expect(tornIn([0, 1], [0, 1])).toBe(0)
  expect(tornIn([0, 1], [0])).toBe(1)
  expect(tornIn([0], [0, 1, 2])).toBe(2)
})
