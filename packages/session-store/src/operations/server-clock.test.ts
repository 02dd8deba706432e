import { afterEach, expect, test, vi } from 'vitest'
import { ServerClock } from './server-clock.js'

afterEach(() => {
  vi.useRealTimers()
})

test('a process whose clock is wrong goes by what the servers said', () => {
  vi.useFakeTimers({ now: 1_000_000 })
  const clock = new ServerClock()
  expect(clock.now()).toBe(1_000_000)
  clock.learn(4_600_000)
  vi.advanceTimersByTime(500)
  expect(clock.now()).toBe(4_600_500)
})

test('an epoch begins above every stamp that was seen, but for those that no server gave', () => {
  const clock = new ServerClock()
  const now = Date.now()
  clock.saw(now + 60_000)
  clock.saw(now)
  clock.saw(2 ** 53)
  expect(clock.leastEpoch).toBe(now + 60_001)
})
