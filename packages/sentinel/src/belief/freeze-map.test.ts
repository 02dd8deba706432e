import { expect, test } from 'vitest'
import { freezeMap } from './freeze-map.js'

test('a frozen map can be read and not be changed', () => {
  const map = freezeMap([['a', 1]]) as Map<string, number>
  expect(map.get('a')).toBe(1)
  expect([...map]).toEqual([['a', 1]])
  expect(() => map.set('b', 2)).toThrow(TypeError)
  expect(() => map.delete('a')).toThrow(TypeError)
  expect(() => map.clear()).toThrow(TypeError)
  expect([...map]).toEqual([['a', 1]])
})
