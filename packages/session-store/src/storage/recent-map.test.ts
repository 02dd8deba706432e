import { expect, test } from 'vitest'
import { RecentMap } from './recent-map.js'

test('what was used last is there, whatever came since; the rest is forgotten', () => {
  const map = new RecentMap<number>(12)
  map.set('always', -1)
  for (let i = 0; i < 1_000; i++) {
    map.set(`key-${i}`, i)
    expect(map.get('always')).toBe(-1)
    for (let k = Math.max(0, i - 3); k <= i; k++) expect(map.get(`key-${k}`)).toBe(k)
  }
  const kept = Array.from({ length: 1_000 }, (_, i) => map.get(`key-${i}`)).filter(Number.isFinite)
  expect(kept.length).toBeLessThanOrEqual(12)
})

test('the newest value counts, and a deleted one is gone, wherever it was', () => {
  for (let others = 0; others < 10; others++) {
    const map = new RecentMap<number>(6)
    map.set('a', 1)
    map.set('a', 2)
    for (let i = 0; i < others % 3; i++) map.set(`other-${i}`, i)
    expect(map.get('a')).toBe(2)
    map.set('a', 3)
    for (let i = 0; i < others; i++) map.set(`more-${i}`, i)
    expect([3, undefined]).toContain(map.get('a'))
    map.delete('a')
    expect(map.get('a')).toBeUndefined()
  }
})

test('one entry is the least', () => {
  const map = new RecentMap<number>(1)
  map.set('a', 1)
  expect(map.get('a')).toBe(1)
})
