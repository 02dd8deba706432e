import { expect, test } from 'vitest'
import { ShardTraffic } from './shard-traffic.js'

function newTraffic(): ShardTraffic {
  let keys = 0
  return new ShardTraffic('a', () => `key-${++keys}`, 100)
}

test('errors count as unprovoked unless a fault is being watched', () => {
  const traffic = newTraffic()
  const heard: string[] = []
  traffic.failed('ShardDownError')
  traffic.watch({ acknowledged: () => {}, failed: (name) => heard.push(name) })
  traffic.failed('OutcomeUnknownError')
  traffic.unwatch()
  traffic.failed('ShardDownError')
  expect(heard).toEqual(['OutcomeUnknownError'])
  expect(traffic.errors.counts()).toEqual({ ShardDownError: 2, OutcomeUnknownError: 1 })
  expect(traffic.unprovokedErrors.counts()).toEqual({ ShardDownError: 2 })
})

test('a fault hears of every acknowledgement, and a second fault has to wait', () => {
  const traffic = newTraffic()
  const heard: number[] = []
  const listener = { acknowledged: (at: number) => heard.push(at), failed: () => {} }
  expect(traffic.lastAcknowledgement).toBe(100)
  traffic.acknowledged(110)
  traffic.watch(listener)
  traffic.acknowledged(120)
  expect(() => traffic.watch(listener)).toThrow('a has a fault already')
  expect(heard).toEqual([120])
  expect(traffic.lastAcknowledgement).toBe(120)
})
