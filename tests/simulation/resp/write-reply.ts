import {
  ErrorReply,
  MapReply,
  NullArray,
  Push,
  type Reply,
  SetReply,
  SimpleString,
} from './reply.js'

/** A reply as bytes (characters of one byte each), for a client that speaks RESP2 or RESP3. */
export function writeReply(reply: Reply, protocol: 2 | 3): string {
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (reply === null) return protocol === 3 ? '_\r\n' : '$-1\r\n'
  if (reply instanceof SimpleString) return `+${reply.text}\r\n`
  if (reply instanceof ErrorReply) return `-${reply.message}\r\n`
  if (reply instanceof NullArray) return protocol === 3 ? '_\r\n' : '*-1\r\n'
  if (reply instanceof MapReply) {
    const { items } = reply
    if (protocol === 3) return writeItems(`%${items.length / 2}\r\n`, items, protocol)
    return writeItems(`*${items.length}\r\n`, items, protocol)
  }
  const isPush = reply instanceof Push
  const isSet = reply instanceof SetReply
  const items = isPush || isSet ? reply.items : reply
  const mark = protocol === 2 ? '*' : isPush ? '>' : isSet ? '~' : '*'
  return writeItems(`${mark}${items.length}\r\n`, items, protocol)
}

function writeItems(head: string, items: readonly Reply[], protocol: 2 | 3): string {
  let text = head
  for (const item of items) text += writeReply(item, protocol)
  return text
}
