import { expect, test } from 'vitest'
import { SwitchTracker } from './switch-tracker.js'

const address = (host: string) => ({ host, port: 1 })
const [a, b, c, s1, s2] = [...'abcst'].map(address) as ReturnType<typeof address>[]
const published = (from = a!, to = b!, sentinel = s1!) => ({ from, to, sentinel })

test('a switch is told when its master is the one that is believed in', () => {
  const teller = new SwitchTracker(a!)
  teller.record(published())
  expect(teller.follow(a!)).toBeUndefined()
  expect(teller.follow(b!)).toEqual(published())
})

test('a switch that an answer told first is told when it is published', () => {
  const teller = new SwitchTracker(a!)
  expect(teller.follow(b!)).toBeUndefined()
  teller.record(published())
  expect(teller.follow(b!)).toEqual(published())
})

test('what the other Sentinels publish later is not told again', () => {
  const teller = new SwitchTracker(a!)
  teller.record(published())
  teller.follow(b!)
  teller.record(published(a, b, s2))
  expect(teller.follow(b!)).toBeUndefined()
})

test('a switch that had happened before the start is not told', () => {
  const teller = new SwitchTracker(b!)
  teller.record(published())
  expect(teller.follow(b!)).toBeUndefined()
})

test('a switch back and forth is told each time', () => {
  const teller = new SwitchTracker(a!)
  teller.record(published(a, b))
  expect(teller.follow(b!)).toEqual(published(a, b))
  teller.record(published(b, a))
  expect(teller.follow(a!)).toEqual(published(b, a))
  teller.record(published(a, b))
  expect(teller.follow(b!)).toEqual(published(a, b))
})

test('a switch that was overtaken is not told', () => {
  const teller = new SwitchTracker(a!)
  teller.record(published(a, b))
  teller.record(published(b, c))
  expect(teller.follow(c!)).toEqual(published(b, c))
  expect(teller.follow(c!)).toBeUndefined()
})
