import { expect, test } from 'vitest'
import { FaultWatch } from './fault-watch.js'

const from = { host: '127.0.0.1', port: 1 }
const to = { host: '127.0.0.1', port: 2 }
const sentinel = { host: '127.0.0.1', port: 26379 }

function newWatch() {
  return new FaultWatch({ kind: 'crash', shard: 'a', at: 1_000, lastAcknowledgement: 995 })
}

const switchAt = (at: number, shard = 'a') => ({ shard, from, to, sentinel, at })

/** So many acknowledgements, 1 ms apart. */
function acknowledge(watch: FaultWatch, count: number, from: number) {
  for (let i = 0; i < count; i++) watch.acknowledged(from + i)
}

test('measures the gap, and its end from the fault and from the first +switch-master', () => {
  const watch = newWatch()
  watch.acknowledged(1_001)
  watch.switched(switchAt(3_000))
  watch.switched(switchAt(3_400))
  acknowledge(watch, 30, 3_020)
  expect(watch.record('node', true, 600)).toMatchObject({
    startedAt: 400,
    newMaster: to,
    gap: 2_019,
    firstAcknowledgement: 2_020,
    switchMaster: 2_000,
    afterSwitchMaster: 20,
  })
})

test('a client that is ahead of +switch-master has a negative figure', () => {
  const watch = newWatch()
  acknowledge(watch, 30, 2_200)
  watch.switched(switchAt(3_000))
  expect(watch.record('node', true, 0).afterSwitchMaster).toBe(-800)
})

test('is over only when the client uses the new master, and that acknowledged 20 writes', () => {
  const watch = newWatch()
  expect(watch.whyNotOver(from)).toBe('no Sentinel has published +switch-master')
  watch.switched(switchAt(2_900, 'b'))
  expect(watch.whyNotOver(from)).toBe('no Sentinel has published +switch-master')
  watch.switched(switchAt(3_000))
  expect(watch.whyNotOver(undefined)).toBe('the client does not use the new master')
  acknowledge(watch, 50, 3_001)
  expect(watch.whyNotOver(from)).toBe('the client does not use the new master')
  expect(watch.whyNotOver(to)).toBe('the new master does not acknowledge writes')
  acknowledge(watch, 19, 3_100)
  expect(watch.whyNotOver(to)).toBeDefined()
  acknowledge(watch, 1, 3_200)
  expect(watch.whyNotOver(to)).toBeUndefined()
})

test('a fault that is undone before a failover is over when the same master acknowledges again', () => {
  const watch = newWatch()
  acknowledge(watch, 30, 1_700)
  watch.stays(from)
  expect(watch.whyNotOver(from)).toBe('the new master does not acknowledge writes')
  acknowledge(watch, 20, 1_800)
  expect(watch.whyNotOver(from)).toBeUndefined()
  expect(watch.record('node', true, 0)).toMatchObject({
    newMaster: null,
    isRecovered: true,
    gap: 705,
    switchMaster: null,
    afterSwitchMaster: null,
  })
})

test('a fault without recovery has no gap, and keeps its errors', () => {
  const watch = newWatch()
  watch.failed('ShardDownError')
  watch.failed('ShardDownError')
  watch.failed('OutcomeUnknownError')
  watch.acknowledged(1_002)
  expect(watch.record('node', false, 0)).toMatchObject({
    isRecovered: false,
    newMaster: null,
    gap: null,
    firstAcknowledgement: null,
    switchMaster: null,
    afterSwitchMaster: null,
    errors: { ShardDownError: 2, OutcomeUnknownError: 1 },
  })
})
