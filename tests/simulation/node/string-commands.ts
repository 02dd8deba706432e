import { ok, type Reply } from '../resp/reply.js'
import {
  CommandError,
  type DataCommand,
  type DataContext,
  integer,
  read,
  syntaxError,
  typedValue,
  write,
} from './data-command.js'

function setText(context: DataContext, key: string, text: string): void {
  context.keys.set(key, { type: 'string', text })
  context.changed()
}

function add(context: DataContext, key: string, amount: number): Reply {
  const before = typedValue(context, key, 'string')
  const sum = integer(before?.text ?? '0') + amount
  setText(context, key, String(sum))
  return sum
}

function set(args: readonly string[], context: DataContext): Reply {
  const [, key, text] = args as [string, string, string]
  const before = context.keys.get(key)
  let expiry: number | undefined
  let keepsExpiry = false
  let mustExist: boolean | undefined
  let isGet = false
  for (let at = 3; at < args.length; at++) {
    switch (args[at]!.toUpperCase()) {
      case 'EX':
        expiry = context.now + integer(args[++at]) * 1000
        break
      case 'PX':
        expiry = context.now + integer(args[++at])
        break
      case 'PXAT':
        expiry = integer(args[++at])
        break
      case 'KEEPTTL':
        keepsExpiry = true
        break
      case 'NX':
        mustExist = false
        break
      case 'XX':
        mustExist = true
        break
      case 'GET':
        isGet = true
        break
      default:
        throw new CommandError(syntaxError)
    }
  }
  const previous = isGet ? (typedValue(context, key, 'string')?.text ?? null) : undefined
  if (mustExist !== undefined && mustExist !== (before !== undefined)) return previous ?? null
  const kept = keepsExpiry ? context.keys.expiryOf(key) : undefined
  setText(context, key, text)
  context.keys.expireAt(key, expiry ?? kept)
  return previous === undefined ? ok : previous
}

export const stringCommands: Readonly<Record<string, DataCommand>> = {
  GET: read(2, ([, key], context) => typedValue(context, key!, 'string')?.text ?? null),
  STRLEN: read(2, ([, key], context) => typedValue(context, key!, 'string')?.text.length ?? 0),
  MGET: read(-2, ([, ...keys], { keys: space }) =>
    keys.map((key) => {
      const value = space.get(key)
      return value?.type === 'string' ? value.text : null
    }),
  ),
  SET: write(-3, set),
  SETNX: write(3, ([, key, text], context) => {
    if (context.keys.get(key!) !== undefined) return 0
    setText(context, key!, text!)
    return 1
  }),
  SETEX: write(4, ([, key, seconds, text], context) =>
    set(['SET', key!, text!, 'EX', seconds!], context),
  ),
  PSETEX: write(4, ([, key, time, text], context) =>
    set(['SET', key!, text!, 'PX', time!], context),
  ),
  GETSET: write(3, ([, key, text], context) => {
    const before = typedValue(context, key!, 'string')?.text ?? null
    setText(context, key!, text!)
    context.keys.expireAt(key!, undefined)
    return before
  }),
  GETDEL: write(2, ([, key], context) => {
    const before = typedValue(context, key!, 'string')
    if (before === undefined) return null
    context.keys.delete(key!)
    context.changed()
    return before.text
  }),
  MSET: write(-3, ([, ...pairs], context) => {
    for (let at = 0; at < pairs.length; at += 2) {
      setText(context, pairs[at]!, pairs[at + 1]!)
      context.keys.expireAt(pairs[at]!, undefined)
    }
    return ok
  }),
  APPEND: write(3, ([, key, text], context) => {
    const whole = (typedValue(context, key!, 'string')?.text ?? '') + text
    setText(context, key!, whole)
    return whole.length
  }),
  INCR: write(2, ([, key], context) => add(context, key!, 1)),
  DECR: write(2, ([, key], context) => add(context, key!, -1)),
  INCRBY: write(3, ([, key, by], context) => add(context, key!, integer(by))),
  DECRBY: write(3, ([, key, by], context) => add(context, key!, -integer(by))),
}
