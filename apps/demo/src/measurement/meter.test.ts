import { expect, test } from 'vitest'
import { Meter } from './meter.js'

test('a rate is of the last interval, latencies are of the interval and of all', () => {
  const meter = new Meter(0)
  for (let i = 0; i < 100; i++) meter.record(i < 98 ? 1 : 50)
  meter.roll(500)
  expect(meter.rate.operations).toBe(200)
  expect(meter.rate.p50).toBeCloseTo(1, 1)
  expect(meter.rate.p99).toBeCloseTo(50, 0)
  meter.record(3)
  meter.roll(1_500)
  expect(meter.rate.operations).toBe(1)
  expect(meter.rate.p99).toBeCloseTo(3, 1)
  expect(meter.latency.p50).toBeCloseTo(1, 1)
})

test('an interval without an answer has no latency', () => {
  const meter = new Meter(0)
  meter.roll(1_000)
  expect(meter.rate).toEqual({ operations: 0, p50: null, p99: null })
  expect(meter.latency).toEqual({ p50: null, p99: null })
})
