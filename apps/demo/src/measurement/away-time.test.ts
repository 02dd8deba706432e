import { expect, test } from 'vitest'
import { AwayTime } from './away-time.js'

test('short pauses do not count, long ones do, also while they last', () => {
  const away = new AwayTime(0)
  away.acknowledged(400)
  expect([away.total(600), away.longest(600)]).toEqual([0, 0])
  expect([away.total(1_400), away.longest(1_400)]).toEqual([1_000, 1_000])
  away.acknowledged(1_400)
  away.acknowledged(2_000)
  expect([away.total(2_100), away.longest(2_100)]).toEqual([1_600, 1_000])
  away.restart(2_100)
  expect([away.total(2_200), away.longest(2_200)]).toEqual([0, 0])
})
