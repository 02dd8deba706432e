import { expect, test } from 'vitest'
import { AckGaps } from './ack-gaps.js'

test('the outage is the longest time without an acknowledgement', () => {
  const gaps = new AckGaps(100)
  for (const at of [110, 130, 2_030, 2_031, 2_231]) gaps.acknowledged(at)
  expect(gaps.longest).toEqual({ start: 130, end: 2_030 })
})

test('it may begin with the last acknowledgement before the watch', () => {
  const gaps = new AckGaps(100)
  expect(gaps.longest).toBeUndefined()
  gaps.acknowledged(400)
  gaps.acknowledged(500)
  expect(gaps.longest).toEqual({ start: 100, end: 400 })
})
