import { checkSessionId, sha256 } from './session-id.js'

/** Where one session is kept. */
export interface SessionKey {
  /** undefined when only the ref is known. */
  readonly id: string | undefined
  /** Whose key it is: another store may have other ones for the same id. */
  readonly space: SessionKeys
  /** What names the session outside of its cookie: the hash of its id, unless `hashIds` is false. */
  readonly ref: string
  /** The Redis key. */
  readonly name: string
  /** Its key under connect-redis; undefined when only the ref is known. */
  readonly oldName: string | undefined
}

/** Before ids that are not hashed, so that they never meet a key of connect-redis. */
const PLAIN = 'id:'

/** Builds keys, for accepted ids only. */
export class SessionKeys {
  readonly #prefix: string
  readonly #oldPrefix: string
  readonly #hashIds: boolean

  constructor(prefix: string, oldPrefix: string, hashIds: boolean) {
    this.#prefix = prefix
    this.#oldPrefix = oldPrefix
    this.#hashIds = hashIds
  }

  /**
   * @param known a key that may be this id's: then nothing is computed again
   * @returns undefined for an id that `checkSessionId` refuses.
   */
  ofId(id: string, known?: SessionKey): SessionKey | undefined {
    if (known?.id === id && known.space === this) return known
    if (checkSessionId(id) !== undefined) return undefined
    const ref = this.#hashIds ? sha256(id) : id
    return { id, space: this, ref, name: this.#nameOf(ref), oldName: this.#oldPrefix + id }
  }

  ofRef(ref: string): SessionKey | undefined {
    const isRef = this.#hashIds ? /^[0-9a-f]{64}$/.test(ref) : checkSessionId(ref) === undefined
    if (!isRef) return undefined
    const id = this.#hashIds ? undefined : ref
    const oldName = id === undefined ? undefined : this.#oldPrefix + id
    return { id, space: this, ref, name: this.#nameOf(ref), oldName }
  }

  /** @returns undefined for the key of anything else. */
  ofName(name: string): SessionKey | undefined {
    const start = this.#prefix.length + (this.#hashIds ? 0 : PLAIN.length)
    const key = this.ofRef(name.slice(start))
    return key?.name === name ? key : undefined
  }

  ofUser(user: string): string {
    return `${this.#prefix}user:${user}`
  }

  #nameOf(ref: string): string {
    return this.#hashIds ? this.#prefix + ref : this.#prefix + PLAIN + ref
  }
}
