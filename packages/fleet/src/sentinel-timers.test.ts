import { expect, test } from 'vitest'
import { sentinelTimers } from './sentinel-timers.js'

const redis = (major: number) => ({ flavour: 'redis', major }) as const
const none = {}

test('a short downAfter halves the ping period with it, down to what Sentinel can bear', () => {
  const pings = [500, 600, 1000, 1999, 2000, 30_000].map((downAfter) =>
    sentinelTimers({ downAfter, sentinelTimers: none }, redis(7)),
  )
  expect(pings).toEqual([
    ['ping-period', 250],
    ['ping-period', 300],
    ['ping-period', 500],
    ['ping-period', 999],
    [],
    [],
  ])
})

test('what the options say wins', () => {
  const timers = { 'ping-period': 1000, 'info-period': 200 }
  expect(sentinelTimers({ downAfter: 1000, sentinelTimers: timers }, redis(8))).toEqual([
    ...['ping-period', 1000],
    ...['info-period', 200],
  ])
})

test('Redis 6.2 has no way to set periods, Valkey 7 has', () => {
  const settings = { downAfter: 1000, sentinelTimers: none }
  expect(sentinelTimers(settings, redis(6))).toEqual([])
  expect(sentinelTimers(settings, { flavour: 'valkey', major: 7 })).toEqual(['ping-period', 500])
})
