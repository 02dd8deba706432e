import type { DisredisError } from '@disredis/connection'
import { NotASentinelError, SentinelAuthError, SentinelReplyError } from '../errors.js'

/** What a Sentinel answers to one command: strings, numbers and lists of them; an `Error` if refused. */
export type SentinelReply = string | number | null | Error | readonly SentinelReply[]

/** @throws a typed error when the Sentinel refused the command or gave no list */
export function listOf(reply: SentinelReply | undefined): readonly SentinelReply[] {
  const refusal = refusalOf(reply)
  if (refusal !== undefined) throw refusal
  if (Array.isArray(reply)) return reply
  throw new SentinelReplyError(`The Sentinel answered ${typeof reply} instead of a list`)
}

/** A list of names and values in turn, in any order and of any length: it grows with versions. */
export function fieldsOf(reply: SentinelReply): ReadonlyMap<string, string> {
  const list = listOf(reply)
  const fields = new Map<string, string>()
  for (let i = 0; i + 1 < list.length; i += 2) fields.set(String(list[i]), String(list[i + 1]))
  return fields
}

export function isNoSuchMaster(reply: SentinelReply | undefined): boolean {
  return reply instanceof Error && reply.message.startsWith('ERR No such master')
}

/** The typed form of an error reply; `undefined` for any other reply. */
export function refusalOf(reply: SentinelReply | undefined): DisredisError | undefined {
  if (!(reply instanceof Error)) return undefined
  const { message } = reply
  if (/^(?:NOAUTH|WRONGPASS|NOPERM)\b/u.test(message)) return authError(message)
  if (/^ERR unknown (?:sub)?command/iu.test(message)) {
    return new NotASentinelError('does not know the SENTINEL commands')
  }
  // The server repeats arguments after this, and they may be secret.
  const text = message.split(', with args beginning')[0]
  return new SentinelReplyError(`The Sentinel refused a command: ${text}`)
}

function authError(message: string): SentinelAuthError {
  if (message.startsWith('NOPERM')) {
    return new SentinelAuthError(`lacks a permission on the Sentinel: ${message}`)
  }
  return message.startsWith('NOAUTH')
    ? new SentinelAuthError('asks for a password, but none was given')
    : new SentinelAuthError('refused the user name or the password')
}
