import { expect, test } from 'vitest'
import { LatencyHistogram } from './latency-histogram.js'

function histogramOf(values: Iterable<number>) {
  const histogram = new LatencyHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

test('quantiles below 128 µs are exact', () => {
  const histogram = histogramOf(Array.from({ length: 100 }, (_, i) => i + 1))
  expect(histogram.quantile(0.5)).toBe(50)
  expect(histogram.quantile(0.99)).toBe(99)
  expect(histogram.quantile(1)).toBe(100)
  expect(histogram.total).toBe(100)
})

test('any value comes back within 1.6 %', () => {
  for (let value = 1; value < 2 ** 31; value = Math.ceil(value * 1.07)) {
    const back = histogramOf([value]).quantile(0.5)
    expect(back).toBeLessThanOrEqual(value)
    expect(back).toBeGreaterThan(value * (1 - 0.016))
  }
})

test('the order of recording does not matter and rare slow values show in the tail only', () => {
  const histogram = histogramOf([90_000, ...Array.from({ length: 98 }, () => 40), 80_000])
  expect(histogram.quantile(0.98)).toBe(40)
  expect(histogram.quantile(0.99)).toBeGreaterThan(78_000)
})

test('a value beyond the range counts as the largest, and an empty histogram answers 0', () => {
  expect(histogramOf([2 ** 40]).quantile(1)).toBeGreaterThan(2e9)
  expect(new LatencyHistogram().quantile(0.99)).toBe(0)
})
