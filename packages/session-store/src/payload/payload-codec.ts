import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { SessionTooLargeError, SessionUndecodableError } from '../errors.js'
import { CorruptPayloadError } from './corrupt-payload-error.js'
import type { KeyRing } from './key-ring.js'

/** The first byte of a stored payload says how to read it; JSON begins with its own brace. */
const JSON_TEXT = 0x7b
const DEFLATED = 0x7a // z
const ENCRYPTED = 0x65 // e

export interface PayloadOptions {
  /** Bytes of JSON, before compression and encryption. */
  readonly maxPayload: number
  /** Bytes of JSON from which on it is compressed; undefined: never. */
  readonly compressAbove: number | undefined
  readonly keys: KeyRing | undefined
  /** With keys: whether sessions from before encryption are read. */
  readonly acceptPlaintext: boolean
}

/** JSON text to bytes and back: size cap, compression, encryption. */
export class PayloadCodec {
  readonly #options: PayloadOptions

  constructor(options: PayloadOptions) {
    this.#options = options
  }

  /**
   * @param context what the payload belongs to: encrypted, it can be read there only.
   * @returns text where the JSON is stored as it is: clients send that much faster than bytes.
   * @throws SessionTooLargeError
   */
  encode(text: string, context: () => string): string | Buffer {
    const { maxPayload, compressAbove, keys } = this.#options
    const length = Buffer.byteLength(text)
    if (length > maxPayload) throw tooLarge(length, maxPayload)
    const isCompressed = compressAbove !== undefined && length >= compressAbove
    if (keys === undefined && !isCompressed) return text
    let bytes: Buffer = Buffer.from(text)
    if (isCompressed) {
      const deflated = deflateRawSync(bytes)
      if (deflated.length + 1 < bytes.length) {
        bytes = Buffer.concat([Buffer.of(DEFLATED), deflated])
      }
    }
    if (keys === undefined) return bytes
    return Buffer.concat([Buffer.of(ENCRYPTED), keys.encrypt(bytes, context())])
  }

  /** Payloads are encrypted, and bound to what they belong to. */
  get isSealing(): boolean {
    return this.#options.keys !== undefined
  }

  /** Payloads are written as text: what is read as text has probably lost nothing. */
  get isText(): boolean {
    const { compressAbove, keys } = this.#options
    return keys === undefined && compressAbove === undefined
  }

  /** Whether a payload that was read as text is what was written; so is that there is none. */
  isReadable(text: string | null | undefined): boolean {
    return !text || text.charCodeAt(0) === JSON_TEXT
  }

  /**
   * @param payload text only if {@link isText} and {@link isReadable}
   * @throws SessionTooLargeError before anything is parsed.
   * @throws SessionUndecodableError if it takes a key or a format that this process does not have, or is
   * not authentic: the key may be another one of that name.
   * @throws CorruptPayloadError
   */
  decode(payload: string | Buffer, context: () => string): string {
    const { maxPayload, keys, acceptPlaintext } = this.#options
    if (typeof payload === 'string') {
      const length = Buffer.byteLength(payload)
      if (length > maxPayload) throw tooLarge(length, maxPayload)
      return payload
    }
    const bytes = payload
    if (bytes[0] === ENCRYPTED) {
      if (keys === undefined) {
        throw new SessionUndecodableError('The session is encrypted; set `encryption` to read it')
      }
      // The key's id, the IV and the tag add at most 62 bytes.
      if (bytes.length > maxPayload + 62) throw tooLarge(bytes.length, maxPayload)
      return decodePlain(keys.decrypt(bytes.subarray(1), context()), maxPayload)
    }
    if (keys !== undefined && !acceptPlaintext) {
      throw new SessionUndecodableError(
        'The session is not encrypted; encryption.acceptPlaintext reads sessions from before',
      )
    }
    return decodePlain(bytes, maxPayload)
  }
}

function decodePlain(bytes: Buffer, maxPayload: number): string {
  if (bytes[0] === DEFLATED) return inflate(bytes.subarray(1), maxPayload)
  if (bytes[0] !== JSON_TEXT) throw new CorruptPayloadError('The payload is in an unknown format')
  if (bytes.length > maxPayload) throw tooLarge(bytes.length, maxPayload)
  return bytes.toString()
}

function inflate(bytes: Buffer, maxPayload: number): string {
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxPayload }).toString()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(undefined, maxPayload)
    }
    throw new CorruptPayloadError('The payload cannot be decompressed')
  }
}

function tooLarge(bytes: number | undefined, maxPayload: number): SessionTooLargeError {
  const size = bytes === undefined ? 'more' : `${bytes} bytes`
  return new SessionTooLargeError(
    `The session takes ${size} of the ${maxPayload} bytes that maxPayload allows; store less in it`,
  )
}
