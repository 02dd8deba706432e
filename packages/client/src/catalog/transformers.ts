/**
 * What ioredis makes of the arguments and replies of some commands, by the lower-case name that the
 * caller used. The conformance test holds it equal to ioredis.
 */

type ArgumentTransformer = (args: readonly unknown[]) => readonly unknown[]
type ReplyTransformer = (reply: unknown) => unknown

/** `mset({ a: 1 })`, `mset(new Map())` */
const pairsOfOnlyArgument: ArgumentTransformer = (args) =>
  args.length === 1 ? (pairsOf(args[0]) ?? args) : args

/** `hset('key', { a: 1 })` */
const pairsOfSecondArgument: ArgumentTransformer = (args) => {
  const pairs = args.length === 2 ? pairsOf(args[1]) : undefined
  return pairs === undefined ? args : [args[0], ...pairs]
}

export const argumentTransformers: ReadonlyMap<string, ArgumentTransformer> = new Map([
  ['mset', pairsOfOnlyArgument],
  ['msetnx', pairsOfOnlyArgument],
  ['hset', pairsOfSecondArgument],
  ['hmset', pairsOfSecondArgument],
])

const flattened = [
  'hrandfield',
  'vsim',
  'zdiff',
  'zinter',
  'zpopmax',
  'zpopmin',
  'zrandmember',
  'zrange',
  'zrangebyscore',
  'zrevrange',
  'zrevrangebyscore',
  'zunion',
]

export const replyTransformers: ReadonlyMap<string, ReplyTransformer> = new Map<
  string,
  ReplyTransformer
>([
  ['hgetall', asObject],
  ['xread', inPairs],
  ['xreadgroup', inPairs],
  ...flattened.map((name): [string, ReplyTransformer] => [name, withoutNesting]),
])

function pairsOf(value: unknown): unknown[] | undefined {
  if (value instanceof Map) return [...value].flat()
  // As ioredis: a list would become its indexes and items.
  if (typeof value === 'object' && value !== null) return Object.entries(value).flat()
  return undefined
}

/** A flat list of fields and values as an object with these properties, whatever they are called. */
function asObject(reply: unknown): unknown {
  if (!Array.isArray(reply)) return reply
  const object: Record<string, unknown> = {}
  for (let i = 0; i < reply.length; i += 2) {
    const field = reply[i] as string
    const value: unknown = reply[i + 1]
    if (field in object) {
      // `__proto__` and its like, which an assignment would not make a property.
      Object.defineProperty(object, field, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      })
    } else {
      object[field] = value
    }
  }
  return object
}

/** RESP3 nests pairs of member and score, RESP2 does not. */
function withoutNesting(reply: unknown): unknown {
  return Array.isArray(reply) && reply.some(Array.isArray) ? reply.flat() : reply
}

/** RESP3 gives a map by stream, which is read as a flat list; RESP2 a list of pairs. */
function inPairs(reply: unknown): unknown {
  if (!Array.isArray(reply)) return reply
  const pairs: unknown[] = []
  for (let i = 0; i < reply.length; i += 2) pairs.push([reply[i], reply[i + 1]])
  return pairs
}
