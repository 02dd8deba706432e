/** A RESP2 reply; error replies are values here, because a reader of many replies goes on. */
export type Reply = string | number | null | ReplyFailure | readonly Reply[]

export class ReplyFailure extends Error {
  override readonly name = 'ReplyFailure'
}

export function encode(args: readonly (string | number)[]): string {
  const words = args.map(String)
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

/**
 * Takes whole replies off a growing buffer. Replies of megabytes are fine, of gigabytes are not.
 *
 * It speaks RESP2 and shares nothing with @disredis/connection: what the oracle reads decides whether
 * disredis lost a write, and a fault in the reader of disredis must not hide in both.
 */
export class ReplyReader {
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0

  push(chunk: Buffer): Reply[] {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    const replies: Reply[] = []
    for (;;) {
      this.#at = 0
      const reply = this.#read()
      if (reply === undefined) return replies
      replies.push(reply)
      this.#buffer = this.#buffer.subarray(this.#at)
    }
  }

  #line(): string | undefined {
    const end = this.#buffer.indexOf('\r\n', this.#at, 'latin1')
    if (end === -1) return undefined
    const line = this.#buffer.toString('utf8', this.#at, end)
    this.#at = end + 2
    return line
  }

  /** Undefined: not all of it has arrived. */
  #read(): Reply | undefined {
    const line = this.#line()
    if (line === undefined) return undefined
    const rest = line.slice(1)
    switch (line[0]) {
      case '+':
        return rest
      case '-':
        return new ReplyFailure(rest)
      case ':':
        return Number(rest)
      case '$':
        return this.#bulk(lengthOf(rest))
      case '*':
        return this.#array(lengthOf(rest))
      default:
        throw new Error(`No RESP2: ${JSON.stringify(line.slice(0, 40))}`)
    }
  }

  #bulk(length: number): string | null | undefined {
    if (length === -1) return null
    const end = this.#at + length
    if (this.#buffer.length < end + 2) return undefined
    if (this.#buffer.toString('latin1', end, end + 2) !== '\r\n') {
      throw new Error(`No RESP2: a string of ${length} bytes does not end there`)
    }
    const text = this.#buffer.toString('utf8', this.#at, end)
    this.#at = end + 2
    return text
  }

  #array(length: number): Reply[] | null | undefined {
    if (length === -1) return null
    const items: Reply[] = []
    for (let i = 0; i < length; i++) {
      const item = this.#read()
      if (item === undefined) return undefined
      items.push(item)
    }
    return items
  }
}

/** A verdict must not rest on what was misread. */
function lengthOf(text: string): number {
  if (!/^(?:-1|\d{1,10})$/.test(text))
    throw new Error(`No length of RESP2: ${JSON.stringify(text)}`)
  return Number(text)
}
