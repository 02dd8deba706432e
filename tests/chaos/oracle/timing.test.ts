import { expect, test } from 'vitest'
import { Lane } from './lane.js'
import { outcomes } from './outcome.js'
import { latency, timingOf } from './timing.js'

/** Acknowledged pushes: [issued, acknowledged] in ms. */
function laneOf(...pushes: readonly (readonly [number, number])[]): Lane {
  const lane = new Lane('shard-1', 'tag')
  for (const [issued, acked] of pushes)
    lane.pushes.settle(lane.pushes.issue(issued), outcomes.acked, acked)
  return lane
}

const stateWith = (ids: readonly number[]) => ({ ids, mirror: [], fields: [], counter: 0 })
const marks = { fault: 100, firstSwitch: 1_500, end: 2_000 }

test('T0 is counted to the acknowledgement that ends the longest silence, Ts from the switch', () => {
  const lane = laneOf([90, 91], [95, 110], [120, 1_560], [1_600, 1_601], [1_990, 1_999])
  const states = new Map([[lane, stateWith([0, 1, 2, 3, 4])]])
  expect(timingOf([lane], states, marks)).toEqual({ firstAck: 1_460, afterSwitch: 60, gap: 1_450 })
})

test('acknowledgements that did not survive do not end a silence', () => {
  const lane = laneOf([90, 91], [200, 201], [1_800, 1_801], [1_990, 1_991])
  const states = new Map([[lane, stateWith([0, 2, 3])]])
  expect(timingOf([lane], states, marks)).toMatchObject({ firstAck: 1_701, gap: 1_710 })
})

test('where the fault made no silence, T0 is counted to the next acknowledgement', () => {
  const lane = laneOf([10, 20], [55, 60], [85, 90], [100, 105], [140, 145], [190, 200], [230, 240])
  const states = new Map([[lane, stateWith([0, 1, 2, 3, 4, 5, 6])]])
  expect(timingOf([lane], states, { ...marks, end: 250 })).toMatchObject({ firstAck: 5, gap: 55 })
})

test('a shard that never comes back is silent until the end', () => {
  const lane = laneOf([90, 91])
  const states = new Map([[lane, stateWith([0])]])
  const found = timingOf([lane], states, { ...marks, firstSwitch: undefined })
  expect(found).toEqual({ firstAck: 1_900, afterSwitch: undefined, gap: 1_909 })
})

test('p99 is by nearest rank over what was issued in that time', () => {
  const pushes = Array.from({ length: 100 }, (_, i) => [i, i + i + 1] as const)
  const lane = laneOf(...pushes, [500, 9_000])
  expect(latency([lane], { from: 0, until: 99 })).toBe(99)
})
