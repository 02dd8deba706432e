/** A reply of the server. Error replies inside arrays stay `ReplyError` values. */
export type Reply = string | number | null | ReplyError | Reply[]

/** An error reply: `-ERR ...`. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

export type Argument = string | number | Uint8Array

/** One command in the wire format of RESP2. */
export function encodeCommand(args: readonly Argument[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)]
  for (const arg of args) {
    const bytes = typeof arg === 'string' || typeof arg === 'number' ? Buffer.from(`${arg}`) : arg
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'))
  }
  return Buffer.concat(parts)
}

/** Parses RESP2 replies that arrive in pieces. Strings are decoded as UTF-8. */
export class ReplyParser {
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0

  /** The replies that `chunk` completed. */
  push(chunk: Buffer): Reply[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    const replies: Reply[] = []
    for (;;) {
      this.#at = 0
      const reply = this.#reply()
      if (reply === undefined) return replies
      replies.push(reply)
      this.#buffer = this.#buffer.subarray(this.#at)
    }
  }

  #line(): string | undefined {
    const end = this.#buffer.indexOf('\r\n', this.#at)
    if (end < 0) return undefined
    const line = this.#buffer.toString('utf8', this.#at, end)
    this.#at = end + 2
    return line
  }

  #reply(): Reply | undefined {
    const line = this.#line()
    if (line === undefined) return undefined
    const rest = line.slice(1)
    switch (line[0]) {
      case '+':
        return rest
      case '-':
        return new ReplyError(rest)
      case ':':
        return Number(rest)
      case '$':
        return this.#bulk(Number(rest))
      case '*':
        return this.#array(Number(rest))
      default:
        throw new ReplyError(`Not a reply of a Redis server: ${JSON.stringify(line.slice(0, 80))}`)
    }
  }

  #bulk(length: number): string | null | undefined {
    if (length < 0) return null
    const end = this.#at + length
    if (this.#buffer.length < end + 2) return undefined
    const text = this.#buffer.toString('utf8', this.#at, end)
    this.#at = end + 2
    return text
  }

  #array(length: number): Reply[] | null | undefined {
    if (length < 0) return null
    const items: Reply[] = []
    for (let i = 0; i < length; i++) {
      const item = this.#reply()
      if (item === undefined) return undefined
      items.push(item)
    }
    return items
  }
}

/** `[name, value, name, value]` as a map: replies grow with versions, positions mean nothing. */
export function fieldsOf(reply: Reply): Map<string, string> {
  const fields = new Map<string, string>()
  if (!Array.isArray(reply)) return fields
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(String(reply[i]), String(reply[i + 1]))
  return fields
}
