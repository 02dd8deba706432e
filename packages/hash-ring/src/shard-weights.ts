import { Buffer } from 'node:buffer'
import { HashRingError } from './hash-ring-error.js'
import { SLOT_COUNT } from './key-slot.js'

/** Shard names of equal weight, or a weight per name: shares of the slots, relative to each other. */
export type Shards = readonly string[] | Readonly<Record<string, number>>

export interface WeightedShard {
  readonly name: string
  readonly bytes: Uint8Array
  readonly weight: number
}

/** The shards in the order of their names' UTF-8 bytes, or a {@link HashRingError} that says what is wrong. */
export function readShards(shards: Shards): WeightedShard[] {
  const weighted = weightByName(shards).map(([name, weight]) => readShard(name, weight))
  if (weighted.length === 0) throw invalid('A ring needs at least one shard, but got none.')
  if (weighted.length > SLOT_COUNT) {
    throw invalid(`A ring takes at most ${SLOT_COUNT} shards, but got ${weighted.length}.`)
  }
  weighted.sort((a, b) => Buffer.compare(a.bytes, b.bytes))
  for (const [index, { name }] of weighted.entries()) {
    if (name === weighted[index + 1]?.name) {
      throw invalid(`Shard names must differ, but ${JSON.stringify(name)} is given twice.`)
    }
  }
  return weighted
}

function weightByName(shards: Shards): [name: unknown, weight: unknown][] {
  if (Array.isArray(shards)) return Array.from(shards, (name) => [name, 1])
  if (typeof shards === 'object' && shards !== null) return Object.entries(shards)
  throw invalid(
    `Shards must be a list of names or an object { name: weight }, but got ${describe(shards)}.`,
  )
}

function readShard(name: unknown, weight: unknown): WeightedShard {
  if (typeof name !== 'string') {
    throw invalid(`A shard name must be a string, but got ${describe(name)}.`)
  }
  if (name === '') throw invalid('A shard name must not be empty.')
  const bytes = Buffer.from(name)
  if (bytes.toString() !== name) {
    throw invalid(
      `A shard name must be well-formed Unicode, but ${JSON.stringify(name)} has a lone surrogate.`,
    )
  }
  if (typeof weight !== 'number' || !(weight > 0 && weight < Infinity)) {
    throw invalid(
      `The weight of shard ${JSON.stringify(name)} must be a positive finite number, but got ${describe(weight)}.`,
    )
  }
  return { name, bytes, weight }
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function invalid(message: string): HashRingError {
  return new HashRingError('DISREDIS_INVALID_RING', message)
}
