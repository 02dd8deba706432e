import { ErrorReply, type Reply } from '../resp/reply.js'
import type { Keyspace } from './keyspace.js'
import type { Value } from './value.js'

/** What a command may use: data, and the time as the date of this world. */
export interface DataContext {
  readonly keys: Keyspace
  /** ms since the world began. */
  readonly now: number
  /** Something was changed: the command goes to the replicas and into the history. */
  changed(): void
}

export interface DataCommand {
  readonly isWrite: boolean
  /** With the name; negative: at least so many. */
  readonly arity: number
  /** Which argument is the first key, 0 for none. */
  readonly firstKey: number
  run(args: readonly string[], context: DataContext): Reply
}

export const wrongType = new ErrorReply(
  'WRONGTYPE Operation against a key holding the wrong kind of value',
)
export const notAnInteger = new ErrorReply('ERR value is not an integer or out of range')
export const syntaxError = new ErrorReply('ERR syntax error')

/** Thrown by what a command finds wrong; it becomes the reply. */
export class CommandError extends Error {
  readonly reply: ErrorReply
  constructor(reply: ErrorReply) {
    super(reply.message)
    this.reply = reply
  }
}

export function read(arity: number, run: DataCommand['run'], firstKey = 1): DataCommand {
  return { isWrite: false, arity, firstKey, run }
}

export function write(arity: number, run: DataCommand['run'], firstKey = 1): DataCommand {
  return { isWrite: true, arity, firstKey, run }
}

type OfType<Type extends Value['type']> = Extract<Value, { readonly type: Type }>

/** @throws CommandError WRONGTYPE */
export function typedValue<Type extends Value['type']>(
  { keys }: DataContext,
  key: string,
  type: Type,
): OfType<Type> | undefined {
  const value = keys.get(key)
  if (value !== undefined && value.type !== type) throw new CommandError(wrongType)
  return value as OfType<Type> | undefined
}

/** @throws CommandError */
export function integer(text: string | undefined): number {
  if (text === undefined || !/^-?\d{1,15}$/.test(text)) throw new CommandError(notAnInteger)
  return Number(text)
}
