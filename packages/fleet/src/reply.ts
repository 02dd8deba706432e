import type { ReplyError } from '@disredis/connection'

/** A reply of the server. Error replies inside arrays stay `ReplyError` values; maps are flat arrays. */
export type Reply = string | number | null | ReplyError | Reply[]

/** `[name, value, name, value]` as a map: replies grow with versions, positions mean nothing. */
export function fieldsOf(reply: Reply): Map<string, string> {
  const fields = new Map<string, string>()
  if (!Array.isArray(reply)) return fields
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(String(reply[i]), String(reply[i + 1]))
  return fields
}
