import { expect, test } from 'vitest'
import { MonitoredMasters } from './monitored-masters.js'

const added = (shard: string) => [{ kind: 'masterAdded', shard }]
const removed = (shard: string) => [{ kind: 'masterRemoved', shard }]

const sentinels = ['s1', 's2', 's3']
const watching = (pinned: string[], watched = pinned) =>
  new MonitoredMasters(pinned, new Map(sentinels.map((sentinel) => [sentinel, watched])))

test('a master outside the set is news when a majority watches it, once', () => {
  const list = watching(['a'])
  expect(list.applyList('s1', ['a', 'n'], 3)).toEqual([])
  expect(list.applyList('s2', ['a', 'n'], 3)).toEqual(added('n'))
  expect(list.applyList('s3', ['a', 'n'], 3)).toEqual([])
})

test('+monitor is news at once, and the lists that follow are not', () => {
  const list = watching(['a'])
  expect(list.applyMonitored('s1', 'n')).toEqual(added('n'))
  expect(list.applyMonitored('s2', 'n')).toEqual([])
  expect(list.applyList('s1', ['a', 'n'], 3)).toEqual([])
  expect(list.applyList('s2', ['a', 'n'], 3)).toEqual([])
})

test('a master that is watched from the start, but not wanted, is no news', () => {
  const list = watching(['a'], ['a', 'other'])
  expect(list.applyList('s1', ['a', 'other'], 3)).toEqual([])
})

test('a pinned master that one Sentinel stops watching is news, once', () => {
  const list = watching(['a', 'b'])
  expect(list.applyUnmonitored('s1', 'b')).toEqual(removed('b'))
  expect(list.applyUnmonitored('s2', 'b')).toEqual([])
  expect(list.applyList('s3', ['a'], 3)).toEqual([])
})

test('the same is seen in a list when the event was missed', () => {
  expect(watching(['a', 'b']).applyList('s1', ['a'], 3)).toEqual(removed('b'))
})

test('a pinned master that one Sentinel never watched is no news', () => {
  const list = new MonitoredMasters(['a', 'b'], new Map([['s2', ['a', 'b']]]))
  expect(list.applyList('s1', ['a'], 3)).toEqual([])
  expect(list.applyList('s1', ['a'], 3)).toEqual([])
})

test('a pinned master that returns is news, and so is its next removal', () => {
  const list = watching(['a'])
  list.applyUnmonitored('s1', 'a')
  expect(list.applyMonitored('s1', 'a')).toEqual(added('a'))
  expect(list.applyUnmonitored('s1', 'a')).toEqual(removed('a'))
  expect(list.applyList('s2', ['a'], 3)).toEqual([])
  expect(list.applyList('s1', ['a'], 3)).toEqual(added('a'))
})

test('a master outside the set that was added is removed when the last Sentinel drops it', () => {
  const list = watching(['a'])
  for (const sentinel of sentinels) list.applyMonitored(sentinel, 'n')
  expect(list.applyUnmonitored('s1', 'n')).toEqual([])
  expect(list.applyList('s2', ['a'], 3)).toEqual([])
  expect(list.applyUnmonitored('s3', 'n')).toEqual(removed('n'))
  expect(list.applyUnmonitored('s3', 'n')).toEqual([])
  expect(list.applyMonitored('s1', 'n')).toEqual(added('n'))
})

test('so it is when the last Sentinel that watched it is no longer known', () => {
  const list = watching(['a'])
  list.applyMonitored('s1', 'n')
  expect(list.removeSentinel('s2')).toEqual([])
  expect(list.removeSentinel('s1')).toEqual(removed('n'))
})

test('a master outside the set that was there from the start leaves in silence', () => {
  const list = watching(['a'], ['a', 'other'])
  expect(sentinels.flatMap((sentinel) => list.applyUnmonitored(sentinel, 'other'))).toEqual([])
})
