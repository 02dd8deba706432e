import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createRing, type HashRing } from './hash-ring.js'
import { keySlot, SLOT_COUNT } from './key-slot.js'

interface KeyVectors {
  readonly keys: readonly string[]
  readonly slots: readonly number[]
}

interface RingVector {
  readonly shards: Readonly<Record<string, number>>
  readonly slots: Readonly<Record<string, number>>
  readonly tableSha256: string
  readonly locate: readonly string[]
}

// Made by golden/reference.py. Never edit it: whoever has data has it where these vectors say.
const file = new URL('../golden/disredis-slots-v1.jsonl', import.meta.url)
const [keyLine, ...ringLines] = readFileSync(file, 'utf8').trimEnd().split('\n')
const { keys, slots } = JSON.parse(keyLine!) as KeyVectors
const rings = ringLines.map((line) => JSON.parse(line) as RingVector)

function tableSha256(ring: HashRing): string {
  const table = Buffer.alloc(2 * SLOT_COUNT)
  for (let slot = 0; slot < SLOT_COUNT; slot++)
    table.writeUInt16BE(ring.indexOfSlot(slot), 2 * slot)
  return createHash('sha256').update(table).digest('hex')
}

describe('disredis-slots-v1 is frozen', () => {
  test('the slots of keys', () => {
    expect(keys.map((key) => keySlot(key))).toEqual(slots)
    expect(keys.map((key) => keySlot(Buffer.from(key)))).toEqual(slots)
  })

  test.each(rings)('the ring $shards', (vector) => {
    const ring = createRing(vector.shards, { algorithm: 'disredis-slots-v1' })
    const counts = Object.fromEntries(ring.names.map((name) => [name, ring.slots(name).length]))
    expect(counts).toEqual(vector.slots)
    expect(ring.names).toEqual(sortedByBytes(Object.keys(vector.shards)))
    expect(keys.map((key) => ring.locate(key))).toEqual(vector.locate)
    expect(tableSha256(ring)).toBe(vector.tableSha256)
  })
})

function sortedByBytes(names: string[]): string[] {
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
