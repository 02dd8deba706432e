import type { Request } from '@disredis/connection'
import type { Placement } from './placement.js'

/** The format that this version writes; it reads no newer one. */
const formatVersion = 1

const libraryPrefix = 'disredis_placement_'

/**
 * What a master says of the placement that it belongs to. It is kept as a library of functions, which is
 * no key, is replicated and saved, and outlives FLUSHALL; its one function returns the record as JSON.
 */
export interface PlacementRecord extends Placement {
  readonly version: number
  /** The shard that the master was when the record was written. */
  readonly shard: string
  /** Another one each time that the record is written. */
  readonly id: string
}

/** What is found in place of a record. */
export type PlacementRecordReading =
  | { readonly found: 'record'; readonly record: PlacementRecord }
  | { readonly found: 'nothing' }
  /** Not of this version's format; `why` ends a sentence that begins with the master. */
  | { readonly found: 'unreadable'; readonly why: string }
  /** The server does not tell: it has no functions, or the user may not ask. */
  | { readonly found: 'refusal'; readonly why: string }
  /** It does not tell just now (LOADING, BUSY). */
  | { readonly found: 'no answer' }

/** The library of a ring, and the one function in it. */
export function libraryName(ring: string): string {
  return libraryPrefix + ring
}

export function readRequest(ring: string): Request {
  return ['FUNCTION', 'LIST', 'LIBRARYNAME', libraryName(ring), 'WITHCODE']
}

/** Makes a node tell the records of all rings: see {@link placementRings}, {@link readPlacement}. */
export function placementsRequest(): Request {
  return ['FUNCTION', 'LIST', 'LIBRARYNAME', `${libraryPrefix}*`, 'WITHCODE']
}

/** Makes a master forget the record of a ring. It answers with an error where there is none. */
export function removePlacementRequest(ring: string): Request {
  return ['FUNCTION', 'DELETE', libraryName(ring)]
}

/** @param replace writes over a record that is there; without it the server refuses */
export function writeRequest(record: PlacementRecord, replace = false): Request {
  return ['FUNCTION', 'LOAD', ...(replace ? ['REPLACE'] : []), libraryOf(record)]
}

export function newRecord(placement: Placement, shard: string, id: string): PlacementRecord {
  return { version: formatVersion, ...placement, shard, id }
}

/** The server's answer to a write without `replace` where there is one. */
export function isThere(error: Error): boolean {
  return /^ERR Library '\w+' already exists/u.test(error.message)
}

/** @param reply to {@link readRequest}, or the error that it got */
export function readRecord(reply: unknown): PlacementRecordReading {
  if (reply instanceof Error) return readRefusal(reply)
  const [library] = Array.isArray(reply) ? reply : []
  if (!Array.isArray(library)) return { found: 'nothing' }
  const code = library[library.indexOf('library_code') + 1]
  const json = /return \[\[(\{.*\})\]\]/u.exec(String(code))?.[1]
  let record: PlacementRecord
  try {
    record = JSON.parse(json ?? '')
  } catch {
    return { found: 'unreadable', why: 'has a placement record that cannot be read' }
  }
  if (!(record.version <= formatVersion)) {
    return {
      found: 'unreadable',
      why: `has a placement record of format ${record.version}, which a newer version of disredis wrote`,
    }
  }
  return isRecord(record)
    ? { found: 'record', record }
    : { found: 'unreadable', why: 'has a placement record that cannot be read' }
}

/**
 * The rings of which a node has a record.
 *
 * @param reply to {@link placementsRequest}, or the error that it got
 */
export function placementRings(reply: unknown): readonly string[] {
  return librariesOf(reply).map(({ name }) => name.slice(libraryPrefix.length))
}

/**
 * The record of one ring.
 *
 * @param reply to {@link placementsRequest}, or the error that it got
 */
export function readPlacement(reply: unknown, ring: string): PlacementRecordReading {
  if (reply instanceof Error) return readRefusal(reply)
  const library = librariesOf(reply).find(({ name }) => name === libraryName(ring))
  return readRecord(library === undefined ? [] : [library.fields])
}

function librariesOf(reply: unknown): readonly { name: string; fields: readonly unknown[] }[] {
  if (!Array.isArray(reply)) return []
  return reply.map((fields: readonly unknown[]) => ({
    name: String(fields[fields.indexOf('library_name') + 1]),
    fields,
  }))
}

function readRefusal({ message }: Error): PlacementRecordReading {
  if (/^ERR unknown command/iu.test(message)) {
    return {
      found: 'refusal',
      why: 'has no functions: a placement record needs Redis 7.0 or newer, or Valkey',
    }
  }
  if (message.startsWith('NOPERM')) {
    return {
      found: 'refusal',
      why: 'does not allow this user to read its placement record (+function)',
    }
  }
  return /^(LOADING|BUSY|MASTERDOWN)/u.test(message)
    ? { found: 'no answer' }
    : { found: 'refusal', why: `does not return its placement record: ${message}` }
}

function isRecord(value: Partial<PlacementRecord>): value is PlacementRecord {
  const { shard, fingerprint, epoch, weights, id, algorithm } = value
  const isText = [shard, fingerprint, id, algorithm].every((it) => typeof it === 'string')
  return isText && typeof epoch === 'number' && typeof weights === 'object' && weights !== null
}

function libraryOf(record: PlacementRecord): string {
  const name = libraryName(record.ring)
  // It has no arrays, so a bracket stands in a name, and none may end the text in Lua.
  const json = JSON.stringify(record).replaceAll(']', '\\u005d')
  return [
    `#!lua name=${name}`,
    '-- Which master has which keys: the placement record of disredis, see its docs/deployment.md.',
    'redis.register_function{',
    `  function_name = '${name}',`,
    `  callback = function() return [[${json}]] end,`,
    "  flags = { 'no-writes', 'allow-stale' },",
    '}',
    '',
  ].join('\n')
}
