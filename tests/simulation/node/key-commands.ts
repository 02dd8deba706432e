import { ok, type Reply, SimpleString } from '../resp/reply.js'
import { type DataCommand, type DataContext, integer, read, write } from './data-command.js'

function expire(context: DataContext, key: string, at: number): Reply {
  if (context.keys.get(key) === undefined) return 0
  if (at <= context.now) context.keys.delete(key)
  else context.keys.expireAt(key, at)
  context.changed()
  return 1
}

function remaining(context: DataContext, key: string, unit: number): number {
  if (context.keys.get(key) === undefined) return -2
  const at = context.keys.expiryOf(key)
  return at === undefined ? -1 : Math.round((at - context.now) / unit)
}

function remove([, ...keys]: readonly string[], context: DataContext): Reply {
  const gone = keys.filter((key) => context.keys.delete(key)).length
  if (gone > 0) context.changed()
  return gone
}

export const keyCommands: Readonly<Record<string, DataCommand>> = {
  DEL: write(-2, remove),
  UNLINK: write(-2, remove),
  EXISTS: read(
    -2,
    ([, ...keys], context) => keys.filter((key) => context.keys.get(key) !== undefined).length,
  ),
  TYPE: read(2, ([, key], context) => new SimpleString(context.keys.get(key!)?.type ?? 'none')),
  EXPIRE: write(3, ([, key, time], context) =>
    expire(context, key!, context.now + integer(time) * 1000),
  ),
  PEXPIRE: write(3, ([, key, time], context) => expire(context, key!, context.now + integer(time))),
  PEXPIREAT: write(3, ([, key, at], context) => expire(context, key!, integer(at))),
  PERSIST: write(2, ([, key], context) => {
    if (context.keys.get(key!) === undefined || context.keys.expiryOf(key!) === undefined) return 0
    context.keys.expireAt(key!, undefined)
    context.changed()
    return 1
  }),
  TTL: read(2, ([, key], context) => remaining(context, key!, 1000)),
  PTTL: read(2, ([, key], context) => remaining(context, key!, 1)),
  DBSIZE: read(1, (_args, { keys }) => keys.keys().length, 0),
  FLUSHALL: write(
    -1,
    (_args, context) => {
      for (const key of context.keys.keys()) context.keys.delete(key)
      context.changed()
      return ok
    },
    0,
  ),
}
