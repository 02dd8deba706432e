import { SessionOptionError } from '../errors.js'
import { sha256 } from '../storage/session-id.js'
import type { Deadline } from './deadline.js'
import { mapInBatches } from './map-in-batches.js'
import type { DestroyResult } from './save-result.js'
import { type SessionEntry, toEntry } from './session-admin.js'
import type { SessionReader } from './session-reader.js'
import type { SessionWriter } from './session-writer.js'
import type { StoreContext } from './store-context.js'

const LISTED_AT_ONCE = 32

/** What can be done with the sessions of one user. Everything throws without the option `userId`. */
export class UserSessions<Data extends object> {
  readonly #context: StoreContext<Data>
  readonly #reader: SessionReader<Data>
  readonly #writer: SessionWriter<Data>

  constructor(
    context: StoreContext<Data>,
    reader: SessionReader<Data>,
    writer: SessionWriter<Data>,
  ) {
    this.#context = context
    this.#reader = reader
    this.#writer = writer
  }

  async revoke(userId: string | number, deadline: Deadline): Promise<void> {
    const user = this.#userOf(userId)
    await deadline.attempt(() => this.#context.users.revoke(user))
  }

  async list(userId: string | number, deadline: Deadline): Promise<SessionEntry<Data>[]> {
    const user = this.#userOf(userId)
    const { keys, tidy, users } = this.#context
    const refs = await deadline.attempt(() => users.refs(user))
    const loaded = await mapInBatches(refs, LISTED_AT_ONCE, async (ref) => {
      const key = keys.ofRef(ref)
      return key === undefined ? undefined : this.#reader.inspect(key, deadline)
    })
    const ended = refs.filter((_, i) => loaded[i] === undefined)
    void tidy(users.forget(user, ended))
    return loaded.filter((session) => session !== undefined).map(toEntry)
  }

  /** `absent`, too, if it is not on the user's list. */
  async end(userId: string | number, ref: string, deadline: Deadline): Promise<DestroyResult> {
    const user = this.#userOf(userId)
    const key = this.#context.keys.ofRef(ref)
    const isListed =
      key !== undefined && (await deadline.attempt(() => this.#context.users.has(user, ref)))
    if (!isListed) return { outcome: 'absent' }
    const result = await this.#writer.destroy(key, deadline)
    this.#reader.forget(ref)
    return result
  }

  #userOf(userId: string | number): string {
    if (this.#context.settings.userId !== undefined) return sha256(String(userId))
    throw new SessionOptionError('Option userId is missing: without it no session has a user')
  }
}
