import { randomUUID } from 'node:crypto'
import type { SessionKey } from '../storage/session-keys.js'
import type { Registration } from '../storage/user-registry.js'
import type { Deadline } from './deadline.js'
import { mapInBatches } from './map-in-batches.js'
import type { SessionHandle } from './session-handle.js'
import { type StoreContext, userOf } from './store-context.js'

/** Whose session it is, and the stamp that says since when. */
export interface Owner {
  /** Hash of the user's id; '' = nobody. */
  readonly user: string
  readonly epoch: number
}

/** An owner whose list the session was entered into just now. */
export interface Entry extends Owner {
  /** Sessions on the list; 0: it was not entered, because it was there. */
  readonly listed: number
}

/** A list without a limit is looked through for ended sessions each time it has grown by so many. */
const TIDY_EVERY = 64
const AT_ONCE = 32

/** Keeps users' lists in step with their sessions. The two live on different shards. */
export class Membership<Data extends object> {
  readonly #context: StoreContext<Data>

  constructor(context: StoreContext<Data>) {
    this.#context = context
  }

  /**
   * Finds the stamp for a session that is about to be written; enters it into its user's list if it
   * is not on it. First the list, then the session: no session is ever unlisted. A promise only if the
   * list has to be asked.
   */
  enter(
    key: SessionKey,
    session: Data,
    from: SessionHandle | undefined,
    isLogin: boolean,
    deadline: Deadline,
  ): Entry | 'revoked' | Promise<Entry | 'revoked'> {
    const { settings, storage } = this.#context
    const base = from?.ref === key.ref ? from.snapshot : undefined
    if (settings.userId === undefined) {
      return { user: base?.user ?? '', epoch: base?.epoch ?? 0, listed: 0 }
    }
    const user = userOf(settings, session)
    if (user === '') return { user, epoch: 0, listed: 0 }
    const continued = !isLogin && from?.snapshot.user === user ? from : undefined
    const epoch = continued?.snapshot.epoch ?? 0
    // A session that is about to be moved is entered again: the list may have dropped it meanwhile.
    if (base !== undefined && epoch > 0 && !storage.isMoving(base.layout)) {
      return { user, epoch, listed: 0 }
    }
    if (continued?.hasEnded) return 'revoked'
    const registration: Registration =
      continued === undefined
        ? { mode: 'login' }
        : epoch > 0
          ? { mode: 'inherit', epoch }
          : { mode: 'adopt' }
    return this.#register(user, key.ref, registration, deadline)
  }

  async #register(
    user: string,
    ref: string,
    registration: Registration,
    deadline: Deadline,
  ): Promise<Entry | 'revoked'> {
    const { users } = this.#context
    const entry = await deadline.attempt(() => users.register(user, ref, registration))
    return entry === undefined ? 'revoked' : { user, ...entry }
  }

  /**
   * After the session was written: remembers its user, and ends the oldest ones beyond the limit, which
   * is what the promise is for.
   */
  settle(key: SessionKey, entry: Entry, previousUser: string): Promise<void> | undefined {
    const { settings, tidy, userHints } = this.#context
    if (entry.user !== previousUser || entry.listed > 0) {
      if (entry.user !== '') userHints.set(key.ref, entry.user)
      else userHints.delete(key.ref)
    }
    if (settings.userId !== undefined && previousUser !== '' && previousUser !== entry.user) {
      this.leave(previousUser, key.ref)
    }
    const limit = settings.maxSessionsPerUser
    if (limit !== undefined && entry.listed > 0) {
      // Looked at only now: of logins at the same time, the last one to be written sees all others.
      return tidy(this.#endOldest(entry.user, limit))
    }
    if (entry.listed > 0 && entry.listed % TIDY_EVERY === 0) void tidy(this.liveRefs(entry.user))
    return undefined
  }

  /** Takes a session off its user's list. Not waited for: lists are checked when they are read. */
  leave(user: string, ref: string): void {
    void this.#context.tidy(this.#context.users.remove(user, [ref]))
  }

  /** Sessions on the user's list that exist, the oldest login first. Tidies the list. */
  async liveRefs(user: string): Promise<string[]> {
    return this.#live(user, await this.#context.users.refs(user))
  }

  async #live(user: string, refs: readonly string[]): Promise<string[]> {
    const { keys, storage, users } = this.#context
    const isLive = await mapInBatches(refs, AT_ONCE, async (ref) => {
      const key = keys.ofRef(ref)
      return key !== undefined && (await storage.isLive(key))
    })
    await users.forget(
      user,
      refs.filter((_, i) => !isLive[i]),
    )
    return refs.filter((_, i) => isLive[i])
  }

  /** By the list alone, so that all who look end the same ones; it may be the one just written. */
  async #endOldest(user: string, limit: number): Promise<void> {
    const { keys, storage, users, counters } = this.#context
    const refs = await users.refs(user)
    if (refs.length <= limit) return
    const live = await this.#live(user, refs)
    const excess = live.slice(0, Math.max(0, live.length - limit))
    for (const ref of excess) {
      const key = keys.ofRef(ref)
      if (key === undefined) continue
      const { existed } = await storage.destroy(key, randomUUID())
      if (existed) counters.evicted++
    }
    await users.remove(user, excess)
  }
}
