import { SessionOptionError } from '../errors.js'
import { sha256 } from '../storage/session-id.js'
import type { SessionKey } from '../storage/session-keys.js'
import type { Deadline } from './deadline.js'
import { mapInBatches } from './map-in-batches.js'
import type { DestroyResult } from './save-result.js'
import { type SessionEntry, toEntry } from './session-admin.js'
import type { SessionReader } from './session-reader.js'
import type { SessionWriter } from './session-writer.js'
import type { StoreContext } from './store-context.js'

const LISTED_AT_ONCE = 32
const PAGE = 256

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

  /** Page by page, each within a deadline of its own; one that comes or goes meanwhile may be missed. */
  async *entries(userId: string | number): AsyncGenerator<SessionEntry<Data>, void, undefined> {
    const user = this.#userOf(userId)
    const { deadlines, tidy, users } = this.#context
    const ended: string[] = []
    for (let start = 0, isLast = false; !isLast; start += PAGE) {
      const page = await deadlines.run(async (deadline) => {
        const { members, ...rest } = await deadline.attempt(() => users.page(user, start, PAGE))
        return { members, ...rest, loaded: await this.#inspect(members, deadline) }
      })
      isLast = page.isLast
      ended.push(...page.members.filter((_, i) => page.loaded[i] === undefined))
      for (const loaded of page.loaded) if (loaded !== undefined) yield toEntry(loaded)
    }
    for (let i = 0; i < ended.length; i += PAGE) {
      void tidy(users.forget(user, ended.slice(i, i + PAGE)))
    }
  }

  async list(userId: string | number): Promise<SessionEntry<Data>[]> {
    const entries: SessionEntry<Data>[] = []
    for await (const entry of this.entries(userId)) entries.push(entry)
    return entries
  }

  #inspect(members: readonly string[], deadline: Deadline) {
    const { keys } = this.#context
    return mapInBatches(members, LISTED_AT_ONCE, async (member) => {
      const key = keys.ofMember(member)
      return key === undefined ? undefined : this.#reader.inspect(key, deadline)
    })
  }

  /** `absent`, too, if it is not on the user's list. */
  async end(userId: string | number, ref: string, deadline: Deadline): Promise<DestroyResult> {
    const key = await this.#find(this.#userOf(userId), ref, deadline)
    if (key === undefined) return { outcome: 'absent' }
    const result = await this.#writer.destroy(key, deadline)
    this.#reader.forget(ref)
    return result
  }

  /** The listed session of that ref. */
  async #find(user: string, ref: string, deadline: Deadline): Promise<SessionKey | undefined> {
    const { keys, settings, users } = this.#context
    if (settings.hashIds) {
      const key = keys.ofMember(ref)
      const isListed = key !== undefined && (await deadline.attempt(() => users.has(user, ref)))
      return isListed ? key : undefined
    }
    for (let start = 0, isLast = false; !isLast; start += PAGE) {
      const page = await deadline.attempt(() => users.page(user, start, PAGE))
      isLast = page.isLast
      const found = page.members
        .map((member) => keys.ofMember(member))
        .find((key) => key?.ref === ref)
      if (found !== undefined) return found
    }
    return undefined
  }

  #userOf(userId: string | number): string {
    if (this.#context.settings.userId !== undefined) return sha256(String(userId))
    throw new SessionOptionError('Option userId is missing: without it no session has a user')
  }
}
