import { expect, test } from 'vitest'
import { spreadOf } from './statistics.js'

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(spreadOf([9, -50, 3])).toEqual({ median: 3, max: 9 })
  expect(spreadOf([10, 2, 4, 1])).toEqual({ median: 3, max: 10 })
  expect(spreadOf([7])).toEqual({ median: 7, max: 7 })
})

test('nothing has no median', () => {
  expect(spreadOf([])).toEqual({ median: null, max: null })
})
