import { expect, test } from 'vitest'
import { DownTracker } from './down-tracker.js'

const sdown = { isObjective: false, isDown: true }
const sup = { isObjective: false, isDown: false }
const odown = { isObjective: true, isDown: true }

test('the first Sentinel that says down is told, the others are not', () => {
  const tracker = new DownTracker()
  expect(tracker.hear('s1', sdown)).toEqual([sdown])
  expect(tracker.hear('s2', sdown)).toEqual([])
  expect(tracker.hear('s1', odown)).toEqual([odown])
})

test('up is told when the last one says so', () => {
  const tracker = new DownTracker()
  tracker.hear('s1', sdown)
  tracker.hear('s2', sdown)
  expect(tracker.hear('s1', sup)).toEqual([])
  expect(tracker.hear('s2', sup)).toEqual([sup])
})

test('a missed event is made up for by the flags of the next answer', () => {
  const tracker = new DownTracker()
  expect(tracker.hearFlags('s1', ['master', 's_down', 'o_down'])).toEqual([sdown, odown])
  expect(tracker.hearFlags('s1', ['master', 's_down', 'o_down'])).toEqual([])
  expect(tracker.hearFlags('s1', ['master'])).toEqual([sup, { isObjective: true, isDown: false }])
})

test('a Sentinel that is away neither holds the master down nor calls it up', () => {
  const tracker = new DownTracker()
  tracker.hear('s1', sdown)
  tracker.forget('s1')
  expect(tracker.hear('s2', sdown)).toEqual([])
  tracker.forget('s2')
  expect(tracker.hearFlags('s3', ['master'])).toEqual([sup])
})

test('another master begins up, without news', () => {
  const tracker = new DownTracker()
  tracker.hear('s1', sdown)
  tracker.reset()
  expect(tracker.hearFlags('s1', ['master'])).toEqual([])
  expect(tracker.hear('s1', sdown)).toEqual([sdown])
})
