import { expect, test } from 'vitest'
import { RecentMap } from './recent-map.js'

test('what was not used for the longest time is forgotten first', () => {
  const map = new RecentMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  expect(map.get('a')).toBe(1)
  map.set('c', 3)
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3])
  map.delete('a')
  map.set('d', 4)
  expect([map.get('c'), map.get('d')]).toEqual([3, 4])
})
