import { inspect } from 'node:util'
import { RecentMap } from './recent-map.js'
import { checkSessionId, sha256 } from './session-id.js'

/** Ids that came lately: they are not checked and hashed anew for each request. */
const REMEMBERED = 4_096

/** Where one session is kept. */
export class SessionKey {
  constructor(
    /** undefined when only the key's name is known. */
    readonly id: string | undefined,
    /** Whose key it is: another store may have other ones for the same id. */
    readonly space: SessionKeys,
    /** What names the session outside of its cookie: the hash of its id. */
    readonly ref: string,
    /** What names the session in Redis: the ref, or the id if `hashIds` is false. */
    readonly member: string,
    /** The Redis key. */
    readonly name: string,
    /** Its key under connect-redis; undefined when only the key's name is known. */
    readonly oldName: string | undefined,
  ) {}

  /** Whoever prints a key prints no id. */
  [inspect.custom](): string {
    return `SessionKey(${this.ref})`
  }
}

/** Before ids that are not hashed, so that they never meet a key of connect-redis. */
const PLAIN = 'id:'
const HASH = /^[0-9a-f]{64}$/

/** Builds keys, for accepted ids only. */
export class SessionKeys {
  readonly #prefix: string
  readonly #oldPrefix: string
  readonly #hashIds: boolean
  readonly #recent = new RecentMap<SessionKey>(REMEMBERED)

  constructor(prefix: string, oldPrefix: string, hashIds: boolean) {
    this.#prefix = prefix
    this.#oldPrefix = oldPrefix
    this.#hashIds = hashIds
  }

  /** Why an id is refused, or undefined if it is not. */
  check(id: unknown): string | undefined {
    const reason = checkSessionId(id)
    // A brace chooses the slot of a key that has the id itself.
    if (reason !== undefined || this.#hashIds || !/[{}]/.test(id as string)) return reason
    return 'it has a brace, and hashIds is false'
  }

  /**
   * @param known a key that may be this id's: then nothing is computed again
   * @returns undefined for an id that is refused.
   */
  ofId(id: string, known?: SessionKey): SessionKey | undefined {
    if (known?.id === id && known.space === this) return known
    return this.#recent.get(id) ?? this.#ofNewId(id)
  }

  #ofNewId(id: string): SessionKey | undefined {
    if (this.check(id) !== undefined) return undefined
    const ref = sha256(id)
    const key = this.#make(id, ref, this.#hashIds ? ref : id, this.#oldPrefix + id)
    this.#recent.set(id, key)
    return key
  }

  /** @returns undefined for what is no member of a user's list. */
  ofMember(member: string): SessionKey | undefined {
    if (!this.#hashIds) return this.ofId(member)
    return HASH.test(member) ? this.#make(undefined, member, member, undefined) : undefined
  }

  /** @returns undefined for the key of anything else. */
  ofName(name: string): SessionKey | undefined {
    const start = this.#prefix.length + (this.#hashIds ? 0 : PLAIN.length)
    const key = this.ofMember(name.slice(start))
    return key?.name === name ? key : undefined
  }

  ofUser(user: string): string {
    return `${this.#prefix}user:${user}`
  }

  /** Where it stands a second time that a user revoked. */
  ofWitness(user: string): string {
    return `${this.#prefix}revoked:${user}`
  }

  #make(
    id: string | undefined,
    ref: string,
    member: string,
    oldName: string | undefined,
  ): SessionKey {
    const name = this.#prefix + (this.#hashIds ? member : PLAIN + member)
    return new SessionKey(id, this, ref, member, name, oldName)
  }
}
