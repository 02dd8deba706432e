/** What a server answers, before it is written as RESP. A string is a bulk string. */
export type Reply =
  | string
  | number
  | null
  | readonly Reply[]
  | SimpleString
  | ErrorReply
  | MapReply
  | SetReply
  | Push
  | NullArray

export class SimpleString {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export class ErrorReply {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Keys and values in turn: a map in RESP3, an array in RESP2. */
export class MapReply {
  readonly items: readonly Reply[]
  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** A set in RESP3, an array in RESP2. */
export class SetReply {
  readonly items: readonly Reply[]
  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** Out of band: a push in RESP3, an array in RESP2. */
export class Push {
  readonly items: readonly Reply[]
  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** `*-1` in RESP2, where other nulls are `$-1`. */
export class NullArray {}

export const ok = new SimpleString('OK')
export const queued = new SimpleString('QUEUED')
export const pong = new SimpleString('PONG')
export const nullArray = new NullArray()
