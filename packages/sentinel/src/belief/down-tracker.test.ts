import { expect, test } from 'vitest'
import { DownTracker } from './down-tracker.js'

const sdown = { isObjective: false, isDown: true }
const sup = { isObjective: false, isDown: false }
const odown = { isObjective: true, isDown: true }

test('the first Sentinel that says down is told, the others are not', () => {
  const tracker = new DownTracker()
  expect(tracker.applyEvent('s1', sdown)).toEqual([sdown])
  expect(tracker.applyEvent('s2', sdown)).toEqual([])
  expect(tracker.applyEvent('s1', odown)).toEqual([odown])
})

test('up is told when the last one says so', () => {
  const tracker = new DownTracker()
  tracker.applyEvent('s1', sdown)
  tracker.applyEvent('s2', sdown)
  expect(tracker.applyEvent('s1', sup)).toEqual([])
  expect(tracker.applyEvent('s2', sup)).toEqual([sup])
})

test('a missed event is made up for by the flags of the next answer', () => {
  const tracker = new DownTracker()
  expect(tracker.applyFlags('s1', ['master', 's_down', 'o_down'])).toEqual([sdown, odown])
  expect(tracker.applyFlags('s1', ['master', 's_down', 'o_down'])).toEqual([])
  expect(tracker.applyFlags('s1', ['master'])).toEqual([sup, { isObjective: true, isDown: false }])
})

test('a Sentinel that is away neither holds the master down nor calls it up', () => {
  const tracker = new DownTracker()
  tracker.applyEvent('s1', sdown)
  tracker.removeSentinel('s1')
  expect(tracker.applyEvent('s2', sdown)).toEqual([])
  tracker.removeSentinel('s2')
  expect(tracker.applyFlags('s3', ['master'])).toEqual([sup])
})

test('another master begins up, without news', () => {
  const tracker = new DownTracker()
  tracker.applyEvent('s1', sdown)
  tracker.reset()
  expect(tracker.applyFlags('s1', ['master'])).toEqual([])
  expect(tracker.applyEvent('s1', sdown)).toEqual([sdown])
})
