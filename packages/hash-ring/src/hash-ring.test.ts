import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRing, type HashRing } from './hash-ring.js'
import { SLOT_COUNT } from './key-slot.js'
import type { Shards } from './shard-weights.js'

const wellFormed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const names = fc.uniqueArray(wellFormed, { minLength: 1, maxLength: 9 })
const weight = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.double({ min: 0.01, max: 100, noNaN: true }),
)
const weighted = fc.uniqueArray(fc.tuple(wellFormed, weight), {
  selector: ([name]) => name,
  minLength: 2,
  maxLength: 9,
})
// A ring takes milliseconds to build: some dozens of sets a property.
const runs = { numRuns: 40 }

const owners = (ring: HashRing) =>
  Array.from({ length: SLOT_COUNT }, (_, slot) => ring.names[ring.indexOfSlot(slot)]!)

const record = (entries: (readonly [string, number])[]): Record<string, number> =>
  Object.fromEntries(entries)

describe('placement', () => {
  test('the order of the names does not matter', () => {
    fc.assert(
      fc.property(
        weighted.chain((entries) =>
          fc.tuple(
            fc.constant(entries),
            fc.shuffledSubarray(entries, { minLength: entries.length }),
          ),
        ),
        ([entries, shuffled]) => {
          const ring = createRing(record(entries))
          const other = createRing(record(shuffled))
          expect(other.names).toEqual(ring.names)
          expect(owners(other)).toEqual(owners(ring))
        },
      ),
      runs,
    )
  })

  test('names alone are names of equal weight, whatever that weight', () => {
    fc.assert(
      fc.property(names, weight, (list, equal) => {
        const ring = createRing(record(list.map((name) => [name, equal])))
        expect(owners(ring)).toEqual(owners(createRing(list)))
      }),
      runs,
    )
  })

  test('an added or removed shard moves its own slots and nothing else', () => {
    fc.assert(
      fc.property(weighted, ([added, ...rest]) => {
        const before = owners(createRing(record(rest)))
        const after = owners(createRing(record([added!, ...rest])))
        const astray = after.filter((owner, slot) => owner !== added![0] && owner !== before[slot])
        expect(astray).toEqual([])
      }),
      runs,
    )
  })

  test('a larger weight only draws slots to its shard, a smaller one only gives them away', () => {
    fc.assert(
      fc.property(weighted, weight, ([changed, ...rest], other) => {
        const [name, old] = changed!
        const [small, large] = [Math.min(old, other), Math.max(old, other)]
        const smaller = owners(createRing(record([[name, small], ...rest])))
        const larger = owners(createRing(record([[name, large], ...rest])))
        const astray = larger.filter((owner, slot) => owner !== name && owner !== smaller[slot])
        expect(astray).toEqual([])
      }),
      runs,
    )
  })

  test('keys go where their slot goes, as text and as bytes', () => {
    const ring = createRing(['a', 'b', 'c'])
    fc.assert(
      fc.property(fc.string(), (key) => {
        const slot = ring.slotOf(key)
        expect(ring.indexOf(key)).toBe(ring.indexOfSlot(slot))
        expect(ring.locate(key)).toBe(ring.names[ring.indexOf(key)])
        expect(ring.locate(Buffer.from(key))).toBe(ring.locate(key))
        expect(ring.slots(ring.locate(key))).toContain(slot)
      }),
    )
  })
})

describe('slots and ranges', () => {
  test('each slot belongs to exactly one shard', () => {
    const ring = createRing({ a: 1, b: 2, c: 0.5 })
    const all = ring.names.flatMap((name) => ring.slots(name))
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: SLOT_COUNT }, (_, i) => i))
  })

  test('ranges hold the same slots, and no two ranges touch', () => {
    const ring = createRing(['a', 'b', 'c'])
    const ranges = ring.ranges('b')
    const slots = ranges.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    )
    expect(slots).toEqual(ring.slots('b'))
    for (const [i, [first]] of ranges.entries()) {
      if (i > 0) expect(first).toBeGreaterThan(ranges[i - 1]![1] + 1)
    }
  })

  test('a single shard has all slots in one range', () => {
    expect(createRing(['only']).ranges('only')).toEqual([[0, SLOT_COUNT - 1]])
  })

  test('a shard of negligible weight has no slots', () => {
    const ring = createRing({ all: 1, none: 1e-12 })
    expect(ring.slots('none')).toEqual([])
    expect(ring.ranges('none')).toEqual([])
  })
})

test('a ring cannot be changed', () => {
  const shards = ['b', 'a']
  const ring = createRing(shards)
  const before = ring.slots('a')
  shards.push('c')
  ring.slots('a').pop()
  expect(ring.names).toEqual(['a', 'b'])
  expect(ring.slots('a')).toEqual(before)
  expect(Object.isFrozen(ring)).toBe(true)
  expect(Object.isFrozen(ring.names)).toBe(true)
})

test('names are sorted by their UTF-8 bytes', () => {
  expect(createRing(['😀', '\uffee', 'é', 'z', 'B']).names).toEqual(['B', 'z', 'é', '\uffee', '😀'])
})

test('a name may be any property name', () => {
  expect(createRing(['__proto__', 'constructor', '1']).names).toHaveLength(3)
})

describe('errors', () => {
  test.each<[string, unknown, string]>([
    ['no names', [], 'A ring needs at least one shard, but got none.'],
    ['no weights', {}, 'A ring needs at least one shard, but got none.'],
    ['an empty name', ['a', ''], 'A shard name must not be empty.'],
    ['an empty name with a weight', { '': 1 }, 'A shard name must not be empty.'],
    ['a name twice', ['a', 'b', 'a'], 'Shard names must differ, but "a" is given twice.'],
    ['a number as name', ['a', 1], 'A shard name must be a string, but got 1.'],
    ['a hole in the list', new Array(1), 'A shard name must be a string, but got undefined.'],
    [
      'a lone surrogate',
      ['a\ud800'],
      'A shard name must be well-formed Unicode, but "a\\ud800" has a lone surrogate.',
    ],
    [
      'a string',
      'a',
      'Shards must be a list of names or an object { name: weight }, but got a string.',
    ],
    ['null', null, 'Shards must be a list of names or an object { name: weight }, but got null.'],
    [
      'too many shards',
      Array.from({ length: 16385 }, (_, i) => `s${i}`),
      'A ring takes at most 16384 shards, but got 16385.',
    ],
  ])('%s', (_, shards, message) => {
    expect(() => createRing(shards as Shards)).toThrow(
      expect.objectContaining({ name: 'HashRingError', code: 'DISREDIS_INVALID_RING', message }),
    )
  })

  test.each([
    [0, '0'],
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    ['2', 'a string'],
    [undefined, 'undefined'],
    [1n, 'a bigint'],
  ])('the weight %s', (bad, got) => {
    expect(() => createRing({ a: 1, b: bad as number })).toThrow(
      expect.objectContaining({
        code: 'DISREDIS_INVALID_RING',
        message: `The weight of shard "b" must be a positive finite number, but got ${got}.`,
      }),
    )
  })

  test('an algorithm that this version does not have', () => {
    const algorithm = 'disredis-slots-v2' as 'disredis-slots-v1'
    expect(() => createRing(['a'], { algorithm })).toThrow(
      expect.objectContaining({
        code: 'DISREDIS_INVALID_RING',
        message: `Option algorithm takes 'disredis-slots-v1', but got "disredis-slots-v2".`,
      }),
    )
  })

  test('a shard that is not in the ring', () => {
    const expected = expect.objectContaining({
      code: 'DISREDIS_UNKNOWN_SHARD',
      message: 'The ring has no shard "c"; its shards are a, b.',
      retryable: false,
      mayHaveExecuted: false,
    })
    const ring = createRing(['a', 'b'])
    expect(() => ring.slots('c')).toThrow(expected)
    expect(() => ring.ranges('c')).toThrow(expected)
  })

  test.each([-1, 16384, 1.5, Number.NaN])('the slot %d', (slot) => {
    expect(() => createRing(['a']).indexOfSlot(slot)).toThrow(
      expect.objectContaining({ code: 'DISREDIS_INVALID_SLOT' }),
    )
  })

  test('a key that is no key, without its content', () => {
    const ring = createRing(['a'])
    for (const method of ['slotOf', 'locate', 'indexOf'] as const) {
      expect(() => ring[method]({ secret: 1 } as never)).toThrow(
        expect.objectContaining({
          code: 'DISREDIS_INVALID_KEY',
          message: expect.not.stringContaining('secret'),
        }),
      )
    }
  })
})
