import type { Reply } from './node-session.js'

/** The fields of a map, in whichever form it came: RESP2's flat list, a map, an object. */
export function readFields(reply: Reply | undefined): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  if (Array.isArray(reply)) {
    for (let i = 0; i + 1 < reply.length; i += 2) fields.set(String(reply[i]), String(reply[i + 1]))
  } else if (reply instanceof Map) {
    for (const [name, value] of reply) fields.set(String(name), String(value))
  } else if (typeof reply === 'object' && reply !== null) {
    for (const [name, value] of Object.entries(reply)) fields.set(name, String(value))
  }
  return fields
}

/** The elements of a list; none for anything else. */
export function readList(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? reply : []
}

/** The `name:value` lines of INFO. */
export function readInfo(reply: Reply | undefined): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of String(reply ?? '').split(/\r?\n/u)) {
    const colon = line.indexOf(':')
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return fields
}
