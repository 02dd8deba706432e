import { expect, test } from 'vitest'
import { createRing } from './hash-ring.js'
import { SLOT_COUNT } from './key-slot.js'

const shardNames = (count: number) => Array.from({ length: count }, (_, i) => `shard-${i + 1}`)

function maxOverMean(names: readonly string[]): number {
  const ring = createRing(names)
  const most = Math.max(...names.map((name) => ring.slots(name).length))
  return most / (SLOT_COUNT / names.length)
}

test('the largest shard of 3, 8, 16 and 64 is close to the mean', () => {
  expect(maxOverMean(shardNames(3))).toBeCloseTo(1.0, 3)
  expect(maxOverMean(shardNames(8))).toBeCloseTo(1.02, 3)
  expect(maxOverMean(shardNames(16))).toBeCloseTo(1.04, 3)
  expect(maxOverMean(shardNames(64))).toBeCloseTo(1.117, 3)
})

/** Four standard deviations of one shard's share in a fair draw. What comes out is fixed all the same. */
const tolerance = (shards: number) => 4 * Math.sqrt((shards - 1) / SLOT_COUNT)

test.each(['mymaster', 'redis-', 'eu-west-1/cache/', '', 'größe'])(
  'shards named %s1, 2, 3, ... share fairly',
  (prefix) => {
    for (const count of [2, 3, 8, 16, 64]) {
      const names = Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)
      expect(maxOverMean(names)).toBeLessThan(1 + tolerance(count))
    }
  },
)

test('a shard gets slots in proportion to its weight', () => {
  const ring = createRing({ 'shard-1': 1, 'shard-2': 2, 'shard-3': 5 })
  const shares = ring.names.map((name) => ring.slots(name).length / SLOT_COUNT)
  expect(shares[0]).toBeCloseTo(1 / 8, 2)
  expect(shares[1]).toBeCloseTo(2 / 8, 2)
  expect(shares[2]).toBeCloseTo(5 / 8, 2)
})

test.each([1, 3, 8, 16, 63])('one shard added to %i takes its share of the keys', (count) => {
  const before = createRing(shardNames(count))
  const after = createRing(shardNames(count + 1))
  const keys = Array.from({ length: 50_000 }, (_, i) => `user:${i}`)
  const moved = keys.filter((key) => before.locate(key) !== after.locate(key))
  expect(new Set(moved.map((key) => after.locate(key)))).toEqual(new Set([`shard-${count + 1}`]))
  const share = (moved.length / keys.length) * (count + 1)
  expect(Math.abs(share - 1)).toBeLessThan(tolerance(count + 1))
})
