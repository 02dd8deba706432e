import type { Reply } from '../resp/reply.js'
import { MapReply, SetReply } from '../resp/reply.js'
import {
  type DataCommand,
  type DataContext,
  integer,
  read,
  typedValue,
  write,
} from './data-command.js'

function push(context: DataContext, key: string, items: readonly string[], atHead: boolean): Reply {
  const list = typedValue(context, key, 'list') ?? { type: 'list' as const, items: [] }
  for (const item of items) {
    if (atHead) list.items.unshift(item)
    else list.items.push(item)
  }
  context.keys.set(key, list)
  context.changed()
  return list.items.length
}

function pop(context: DataContext, key: string, atHead: boolean): string | null {
  const list = typedValue(context, key, 'list')
  if (list === undefined) return null
  const item = atHead ? list.items.shift()! : list.items.pop()!
  changedOrGone(context, key, list.items.length)
  return item
}

/** Redis keeps no empty collections. */
function changedOrGone(context: DataContext, key: string, size: number): void {
  if (size === 0) context.keys.delete(key)
  else context.keys.touch(key)
  context.changed()
}

function slice(items: readonly string[], first: number, last: number): string[] {
  const from = first < 0 ? Math.max(0, items.length + first) : first
  const to = last < 0 ? items.length + last : last
  return items.slice(from, to + 1)
}

function sorted(scores: ReadonlyMap<string, number>): string[] {
  return [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([member]) => member)
}

export const collectionCommands: Readonly<Record<string, DataCommand>> = {
  RPUSH: write(-3, ([, key, ...items], context) => push(context, key!, items, false)),
  LPUSH: write(-3, ([, key, ...items], context) => push(context, key!, items, true)),
  LPOP: write(2, ([, key], context) => pop(context, key!, true)),
  RPOP: write(2, ([, key], context) => pop(context, key!, false)),
  LLEN: read(2, ([, key], context) => typedValue(context, key!, 'list')?.items.length ?? 0),
  LRANGE: read(4, ([, key, first, last], context) =>
    slice(typedValue(context, key!, 'list')?.items ?? [], integer(first), integer(last)),
  ),
  HSET: write(-4, ([, key, ...pairs], context) => {
    const hash = typedValue(context, key!, 'hash') ?? { type: 'hash' as const, fields: new Map() }
    let added = 0
    for (let at = 0; at < pairs.length; at += 2) {
      if (!hash.fields.has(pairs[at]!)) added++
      hash.fields.set(pairs[at]!, pairs[at + 1]!)
    }
    context.keys.set(key!, hash)
    context.changed()
    return added
  }),
  HGET: read(
    3,
    ([, key, field], context) => typedValue(context, key!, 'hash')?.fields.get(field!) ?? null,
  ),
  HMGET: read(-3, ([, key, ...fields], context) => {
    const hash = typedValue(context, key!, 'hash')
    return fields.map((field) => hash?.fields.get(field) ?? null)
  }),
  HGETALL: read(2, ([, key], context) => {
    const fields: [string, string][] = [...(typedValue(context, key!, 'hash')?.fields ?? [])]
    return new MapReply(fields.flat())
  }),
  HDEL: write(-3, ([, key, ...fields], context) => {
    const hash = typedValue(context, key!, 'hash')
    const gone = fields.filter((field) => hash?.fields.delete(field)).length
    if (hash !== undefined && gone > 0) changedOrGone(context, key!, hash.fields.size)
    return gone
  }),
  HINCRBY: write(4, ([, key, field, by], context) => {
    const hash = typedValue(context, key!, 'hash') ?? { type: 'hash' as const, fields: new Map() }
    const sum = integer(hash.fields.get(field!) ?? '0') + integer(by)
    hash.fields.set(field!, String(sum))
    context.keys.set(key!, hash)
    context.changed()
    return sum
  }),
  SADD: write(-3, ([, key, ...members], context) => {
    const set = typedValue(context, key!, 'set') ?? {
      type: 'set' as const,
      members: new Set<string>(),
    }
    const before = set.members.size
    for (const member of members) set.members.add(member)
    if (set.members.size === before) return 0
    context.keys.set(key!, set)
    context.changed()
    return set.members.size - before
  }),
  SREM: write(-3, ([, key, ...members], context) => {
    const set = typedValue(context, key!, 'set')
    const gone = members.filter((member) => set?.members.delete(member)).length
    if (set !== undefined && gone > 0) changedOrGone(context, key!, set.members.size)
    return gone
  }),
  SMEMBERS: read(2, ([, key], context) => {
    return new SetReply([...(typedValue(context, key!, 'set')?.members ?? [])])
  }),
  SISMEMBER: read(3, ([, key, member], context) =>
    typedValue(context, key!, 'set')?.members.has(member!) ? 1 : 0,
  ),
  SCARD: read(2, ([, key], context) => typedValue(context, key!, 'set')?.members.size ?? 0),
  ZADD: write(4, ([, key, score, member], context) => {
    const zset = typedValue(context, key!, 'zset') ?? {
      type: 'zset' as const,
      scores: new Map<string, number>(),
    }
    const isNew = !zset.scores.has(member!)
    zset.scores.set(member!, Number(score))
    context.keys.set(key!, zset)
    context.changed()
    return isNew ? 1 : 0
  }),
  ZRANGE: read(4, ([, key, first, last], context) =>
    slice(
      sorted(typedValue(context, key!, 'zset')?.scores ?? new Map()),
      integer(first),
      integer(last),
    ),
  ),
}
