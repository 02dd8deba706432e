import { expect, test } from 'vitest'
import { backoffDelay, pollDelay } from './backoff.js'

test('the wait before a redial doubles from 50 to 500 ms, less up to a half of jitter', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 100, 5000].map((attempt) => backoffDelay(attempt, 1))
  expect(longest).toEqual([50, 100, 200, 400, 500, 500, 500, 500, 500])
  expect(backoffDelay(0, 0)).toBe(25)
  expect(backoffDelay(5000, 0)).toBe(250)
})

test('a poll never waits longer than the interval and never less than three quarters of it', () => {
  expect(pollDelay(1000, 0)).toBe(750)
  expect(pollDelay(1000, 0.999_999)).toBeLessThanOrEqual(1000)
})
