import type { ServerResponse } from 'node:http'

export type WriteArguments = [chunk: unknown, encoding?: unknown, callback?: unknown]

export interface KeptWrite {
  readonly name: 'write' | 'end' | 'flushHeaders'
  readonly args: WriteArguments
}

/** Of a response that does not say when it has enough. */
const HIGH_WATER_MARK = 16_384

/** What was written to a response that is held back, in its order. */
export class KeptWrites {
  readonly #res: ServerResponse
  #writes: KeptWrite[] = []
  #bytes = 0
  #isFull = false

  constructor(res: ServerResponse) {
    this.#res = res
  }

  /** Who wrote the last of it was told to wait for `drain`. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** @returns as `write`: whether there is room for more. */
  add(name: KeptWrite['name'], args: WriteArguments): boolean {
    const [chunk, encoding] = args
    this.#writes.push({ name, args })
    if (chunk !== undefined && chunk !== null) {
      this.#bytes += Buffer.byteLength(chunk as string, encoding as BufferEncoding)
    }
    this.#isFull = this.#bytes >= (this.#res.writableHighWaterMark ?? HIGH_WATER_MARK)
    return !this.#isFull
  }

  /** Gives it out and begins anew. */
  take(): KeptWrite[] {
    const writes = this.#writes
    this.#writes = []
    this.#bytes = 0
    this.#isFull = false
    return writes
  }
}

/** Chunk and encoding may be left out before a callback. */
export function normalized([chunk, encoding, callback]: WriteArguments): WriteArguments {
  if (typeof chunk === 'function') return [undefined, undefined, chunk]
  if (typeof encoding === 'function') return [chunk, undefined, encoding]
  return [chunk, encoding, callback]
}

/** As short as it was given: wrappers count arguments. */
export function trimmed(args: WriteArguments): unknown[] {
  const length = args.findLastIndex((argument) => argument !== undefined) + 1
  return args.slice(0, length)
}

/** @throws what Node throws for it. */
export function checkChunk(name: KeptWrite['name'], chunk: unknown): void {
  if (name === 'flushHeaders' || typeof chunk === 'string' || chunk instanceof Uint8Array) return
  if (name === 'end' && (chunk === undefined || chunk === null)) return
  throw Object.assign(new TypeError('A response is written as text or bytes'), {
    code: chunk === null ? 'ERR_STREAM_NULL_VALUES' : 'ERR_INVALID_ARG_TYPE',
  })
}
