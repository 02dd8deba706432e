import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { SessionOptionError, SessionUnauthenticError, SessionUndecodableError } from '../errors.js'
import { CorruptPayloadError } from './corrupt-payload-error.js'

/** One AES-256 key. */
export interface EncryptionKey {
  /** Names the key in what it encrypted: 1 to 32 characters of `A-Z a-z 0-9 _ . -`. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM with several keys: the first encrypts, all decrypt. To rotate, first add the new key at
 * the end everywhere, then move it to the front, then drop the old one when its sessions have ended.
 * What a value belongs to is authenticated too: copied to another session it does not decrypt.
 *
 * Layout: length of the key's id (1 byte), id, IV (12), tag (16), ciphertext.
 */
export class KeyRing {
  readonly #keys = new Map<string, Uint8Array>()
  readonly #current: EncryptionKey

  /** @throws SessionOptionError */
  constructor(keys: readonly EncryptionKey[]) {
    const [current] = Array.isArray(keys) ? keys : []
    if (current === undefined) throw new SessionOptionError('encryption.keys is empty; give a key')
    for (const { id, key } of keys.map((one) => one ?? {})) {
      if (typeof id !== 'string' || !/^[A-Za-z0-9_.-]{1,32}$/.test(id) || this.#keys.has(id)) {
        throw new SessionOptionError(
          'encryption.keys needs a different id of 1 to 32 characters A-Z a-z 0-9 _ . - for each key',
        )
      }
      if (!(key instanceof Uint8Array) || key.length !== 32) {
        throw new SessionOptionError(`encryption.keys: key ${id} is not a Buffer of 32 bytes`)
      }
      this.#keys.set(id, Uint8Array.from(key))
    }
    this.#current = { id: current.id, key: this.#keys.get(current.id)! }
  }

  encrypt(plaintext: Uint8Array, context: string): Buffer {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#current.key, iv)
    cipher.setAAD(Buffer.from(context))
    const ciphertext = [cipher.update(plaintext), cipher.final()]
    const id = Buffer.from(this.#current.id)
    return Buffer.concat([Buffer.of(id.length), id, iv, cipher.getAuthTag(), ...ciphertext])
  }

  /**
   * @throws SessionUndecodableError for a key that is not on the ring; a SessionUnauthenticError if it was
   * changed, written elsewhere, or encrypted with another key of that id.
   * @throws CorruptPayloadError if it is cut off.
   */
  decrypt(bytes: Buffer, context: string): Buffer {
    const idEnd = 1 + (bytes[0] ?? 0)
    const ivEnd = idEnd + IV_BYTES
    const tagEnd = ivEnd + TAG_BYTES
    if (bytes.length < tagEnd) throw new CorruptPayloadError('The ciphertext is truncated')
    const id = bytes.subarray(1, idEnd).toString('latin1')
    const key = this.#keys.get(id)
    if (key === undefined) {
      throw new SessionUndecodableError(
        'The session is encrypted with a key that encryption.keys does not have',
      )
    }
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(idEnd, ivEnd))
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(bytes.subarray(ivEnd, tagEnd))
    try {
      return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()])
    } catch {
      throw new SessionUnauthenticError(
        'The session fails authentication: it was changed, or encryption.keys has another key of that id',
      )
    }
  }
}
