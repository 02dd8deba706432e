import { expect, test } from 'vitest'
import { PendingCalls } from './pending-calls.js'

test('a call that is settled by 70 ms after its deadline is in time', () => {
  const calls = new PendingCalls()
  const call = calls.begin(1_000)
  calls.sweep(1_070)
  calls.sweep(1_120)
  calls.end(call)
  calls.sweep(1_170)
  expect(calls.unsettled).toBe(0)
})

test('a call that is still pending at the second look after that counts, settled later or not', () => {
  const calls = new PendingCalls()
  const call = calls.begin(1_000)
  calls.sweep(1_071)
  expect(calls.unsettled).toBe(0)
  calls.sweep(1_121)
  expect(calls.unsettled).toBe(1)
  calls.end(call)
  calls.sweep(1_171)
  expect(calls.unsettled).toBe(1)
})

test('it is over when no call is left that could be in time', () => {
  const calls = new PendingCalls()
  expect(calls.isOver).toBe(true)
  const early = calls.begin(2_000)
  calls.begin(1_000)
  calls.sweep(1_100)
  calls.sweep(1_150)
  expect(calls.isOver).toBe(false)
  calls.end(early)
  expect(calls.isOver).toBe(true)
})
