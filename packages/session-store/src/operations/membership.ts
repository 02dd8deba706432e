import { randomUUID } from 'node:crypto'
import type { SessionKey } from '../storage/session-keys.js'
import type { Registration } from '../storage/user-registry.js'
import type { Deadline } from './deadline.js'
import { readStamps, type Stamp, writeStamps } from './former-owners.js'
import { mapInBatches } from './map-in-batches.js'
import type { SessionHandle } from './session-handle.js'
import { type StoreContext, userOf } from './store-context.js'

/** Whose session it is, and the stamp that says since when. */
export interface Owner {
  /** Hash of the user's id; '' = nobody. */
  readonly user: string
  readonly epoch: number
  /** Whom else it was logged in as since its creation: with any of them it ends. */
  readonly formerOwners: string
}

/** An owner whose list the session was entered into just now. */
export interface Entry extends Owner {
  /** Sessions on the list; 0: it was not entered, because it was there. */
  readonly listed: number
}

/** A list without a limit is looked through for ended sessions each time it has grown by so many. */
const TIDY_EVERY = 64
/** Beyond the limit, with each login. */
const MOST_AT_A_LOGIN = 256
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
      const { user = '', epoch = 0, formerOwners = '' } = base ?? {}
      return { user, epoch, formerOwners, listed: 0 }
    }
    const user = userOf(settings, session)
    const earlier = base === undefined ? [] : [base, ...readStamps(base.formerOwners)]
    const formerOwners = writeStamps(earlier, user)
    if (user === '') return { user, epoch: 0, formerOwners, listed: 0 }
    const epoch = isLogin ? 0 : epochOf(user, from, earlier)
    // A session that is about to be moved is entered again: the list may have dropped it meanwhile.
    const isListed = base?.user === user && epoch > 0 && !isLogin
    if (isListed && !storage.isMoving(base.layout)) return { user, epoch, formerOwners, listed: 0 }
    const isContinued = !isLogin && (from?.snapshot.user === user || epoch > 0)
    if (isContinued && from?.hasEnded) return 'revoked'
    const registration: Registration = !isContinued
      ? { mode: 'login' }
      : epoch > 0
        ? { mode: 'inherit', epoch }
        : { mode: 'adopt' }
    return this.#register(user, key.member, registration, formerOwners, deadline)
  }

  async #register(
    user: string,
    member: string,
    registration: Registration,
    formerOwners: string,
    deadline: Deadline,
  ): Promise<Entry | 'revoked'> {
    const { clock, users } = this.#context
    if (registration.mode === 'adopt' && (await deadline.attempt(() => users.wasRevoked(user)))) {
      return 'revoked'
    }
    const entry = await deadline.attempt(() => users.register(user, member, registration))
    if (entry === undefined) return 'revoked'
    clock.saw(entry.epoch)
    return { user, formerOwners, ...entry }
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
      this.leave(previousUser, key.member)
    }
    const limit = settings.maxSessionsPerUser
    if (limit !== undefined && entry.listed > 0) {
      // Looked at only now: of logins at the same time, the last one to be written sees all others.
      return tidy(this.#endOldest(entry.user, limit))
    }
    if (entry.listed > 0 && entry.listed % TIDY_EVERY === 0) void tidy(this.#tidy(entry.user))
    return undefined
  }

  /** Takes a session off its user's list. Not waited for: lists are checked when they are read. */
  leave(user: string, member: string): void {
    void this.#context.tidy(this.#context.users.remove(user, [member]))
  }

  /** Drops sessions that have ended from the oldest of the list: a bounded step, whatever its length. */
  async #tidy(user: string): Promise<void> {
    const { members } = await this.#context.users.page(user, 0, 2 * TIDY_EVERY)
    await this.#live(user, members)
  }

  async #live(user: string, members: readonly string[]): Promise<string[]> {
    const { keys, storage, users } = this.#context
    const isLive = await mapInBatches(members, AT_ONCE, async (member) => {
      const key = keys.ofMember(member)
      return key !== undefined && (await storage.isLive(key))
    })
    await users.forget(
      user,
      members.filter((_, i) => !isLive[i]),
    )
    return members.filter((_, i) => isLive[i])
  }

  /**
   * By the list alone, so that all who look end the same ones; it may be the one just written. Of a list
   * that is very long, as when the limit is new, the oldest part: each login goes on.
   */
  async #endOldest(user: string, limit: number): Promise<void> {
    const { keys, storage, users, counters } = this.#context
    const { members } = await users.page(user, 0, limit + MOST_AT_A_LOGIN)
    if (members.length <= limit) return
    const live = await this.#live(user, members)
    const excess = live.slice(0, Math.max(0, live.length - limit))
    for (const member of excess) {
      const key = keys.ofMember(member)
      if (key === undefined) continue
      const { existed } = await storage.destroy(key, randomUUID())
      if (existed) counters.evicted++
    }
    await users.remove(user, excess)
  }
}

/** The stamp that a session of this user has already, in itself or in what it continues; 0: none. */
function epochOf(user: string, from: SessionHandle | undefined, earlier: readonly Stamp[]): number {
  if (from?.snapshot.user === user) return from.snapshot.epoch
  return earlier.find((stamp) => stamp.user === user)?.epoch ?? 0
}
