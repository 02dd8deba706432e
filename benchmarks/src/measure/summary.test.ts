import { expect, test } from 'vitest'
import { median, summarize, summarizeRatios } from './summary.js'

test('the median is the middle value, or the mean of the two middle ones', () => {
  expect(median([5, 1, 9])).toBe(5)
  expect(median([10, 2, 4, 1])).toBe(3)
  expect(median([7])).toBe(7)
})

test('sorts by number, not by text', () => {
  expect(median([100, 9, 20])).toBe(20)
})

test('a summary holds the median and the spread', () => {
  expect(summarize([4, 2, 12])).toEqual({ median: 4, min: 2, max: 12 })
})

test('ratios are taken round by round, so a machine that halves its speed changes nothing', () => {
  const ours = [200, 100, 50]
  const theirs = [100, 50, 25]
  expect(summarizeRatios(ours, theirs)).toEqual({ median: 2, min: 2, max: 2 })
})

test('nothing measured and unpaired rounds are errors', () => {
  expect(() => median([])).toThrow('no median')
  expect(() => summarizeRatios([1, 2], [1])).toThrow('2 against 1')
})
