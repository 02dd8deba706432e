import { randomUUID } from 'node:crypto'
import { resolveConflict } from './conflict.js'
import type { Deadline } from './deadline.js'
import { SessionLockError, SessionUndecodableError } from './errors.js'
import { idleTime, isTouchDue } from './expiry.js'
import type { Membership, Owner } from './membership.js'
import { type CookieInput, encodeCookie, isSameCookie } from './session-cookie.js'
import type { EncodedSession, SessionDecoder } from './session-decoder.js'
import { SessionHandle, type Snapshot } from './session-handle.js'
import type { SessionKey } from './session-keys.js'
import type { SessionWrite, StoredSession } from './session-layout.js'
import type { SessionLock } from './session-lock.js'
import type { ConflictPolicy } from './session-store-options.js'
import { type StoreContext, userOf } from './store-context.js'

export interface SaveOptions {
  /**
   * What the session was loaded as, or last saved as. Without it the session is new. The handle of
   * another session makes this one its continuation (regenerate): revoking that one's login revokes
   * this one too.
   */
  readonly from?: SessionHandle | undefined
  /**
   * The user proved who they are just now, as at a login: the session is good even if the sessions
   * that the user had before are revoked. Default false.
   */
  readonly isLogin?: boolean
  /** Refuse the write if this lock was lost in the meantime. */
  readonly lock?: SessionLock
}

/**
 * - `created`, `updated`, `merged` (with what someone else wrote), `touched`: written.
 * - `unchanged`: nothing to write yet (`touchAfter`).
 * - `gone`: not written, because the session has been destroyed, revoked or has expired.
 * - `expired`: the cookie's time is over; the session was destroyed.
 * - `skipped`: not written, because the session is a stand-in from `onUnavailable: 'anonymous'`.
 */
export type SaveOutcome =
  | 'created'
  | 'updated'
  | 'merged'
  | 'touched'
  | 'unchanged'
  | 'gone'
  | 'expired'
  | 'skipped'

export interface SaveResult {
  readonly outcome: SaveOutcome
  /** To be given with the next save; undefined when there is no such session any more. */
  readonly handle: SessionHandle | undefined
}

/** Writes sessions: one round trip, unless a user logs in or someone else wrote in between. */
export class SessionWriter<Data extends object> {
  readonly #context: StoreContext<Data>
  readonly #decoder: SessionDecoder<Data>
  readonly #membership: Membership<Data>

  constructor(
    context: StoreContext<Data>,
    decoder: SessionDecoder<Data>,
    membership: Membership<Data>,
  ) {
    this.#context = context
    this.#decoder = decoder
    this.#membership = membership
  }

  async save(
    key: SessionKey,
    session: Data & { readonly cookie?: CookieInput | undefined },
    options: SaveOptions,
    deadline: Deadline,
  ): Promise<SaveResult> {
    const base = ownHandle(key, options.from)
    if (base?.source === 'anonymous') return { outcome: 'skipped', handle: base }
    const mine = await this.#decoder.encode(session)
    const isUnchanged = mine.text === base?.snapshot.text && options.isLogin !== true
    return base !== undefined && isUnchanged
      ? this.#refresh(key, session, mine, base, deadline)
      : this.#write(key, session, mine, options, deadline)
  }

  /** As a save that leaves the data as it is. */
  async touch(
    key: SessionKey,
    session: Data & { readonly cookie?: CookieInput | undefined },
    from: SessionHandle | undefined,
    deadline: Deadline,
  ): Promise<SaveResult> {
    const base = ownHandle(key, from)
    if (base?.source === 'anonymous') return { outcome: 'skipped', handle: base }
    const cookie = encodeCookie(session.cookie, Date.now())
    if (base !== undefined) {
      return this.#refresh(key, session, { text: base.snapshot.text, cookie }, base, deadline)
    }
    const { settings, storage, counters } = this.#context
    const idle = idleTime(cookie.remaining, settings)
    if (idle <= 0) return this.#expire(key, deadline)
    const reply = await deadline.attempt(() => storage.touch(key, cookie.text, idle))
    if (reply.status === 'expired') return this.#expire(key, deadline)
    if (reply.status === 'gone') return this.#gone()
    counters.touched++
    return { outcome: 'touched', handle: undefined }
  }

  /** Ends the session. @returns whether it was there. */
  async destroy(key: SessionKey, deadline: Deadline): Promise<boolean> {
    const { counters, storage } = this.#context
    const call = randomUUID()
    const { existed, user } = await deadline.attempt(() => storage.destroy(key, call))
    if (existed) counters.destroyed++
    if (user !== '') this.#membership.leave(user, key.ref)
    return existed
  }

  async #refresh(
    key: SessionKey,
    session: Data,
    mine: EncodedSession,
    base: SessionHandle,
    deadline: Deadline,
  ): Promise<SaveResult> {
    const { settings, storage, counters } = this.#context
    const { snapshot } = base
    const idle = idleTime(mine.cookie.remaining, settings)
    if (idle <= 0) return this.#expire(key, deadline)
    const isSame = isSameCookie(snapshot.cookie, mine.cookie)
    if (isSame && !isTouchDue(snapshot.touchedAt, Date.now(), idle, settings)) {
      counters.unchanged++
      return { outcome: 'unchanged', handle: base }
    }
    const isUnstamped = snapshot.user !== '' && snapshot.epoch === 0
    if (isUnstamped || snapshot.layout !== 'hash') {
      return this.#write(key, session, mine, { from: base }, deadline)
    }
    const text = isSame ? undefined : mine.cookie.text
    const reply = await deadline.attempt(() => storage.touch(key, text, idle))
    if (reply.status !== 'touched') {
      return reply.status === 'expired' ? this.#expire(key, deadline) : this.#gone()
    }
    counters.touched++
    const cookie = isSame ? snapshot.cookie : mine.cookie
    const next = { ...snapshot, cookie, touchedAt: reply.touchedAt }
    return { outcome: 'touched', handle: new SessionHandle(key.ref, 'store', next) }
  }

  async #write(
    key: SessionKey,
    session: Data,
    mine: EncodedSession,
    options: SaveOptions,
    deadline: Deadline,
  ): Promise<SaveResult> {
    const { settings, storage, counters } = this.#context
    const base = ownHandle(key, options.from)?.snapshot
    const idle = idleTime(mine.cookie.remaining, settings)
    if (idle <= 0) return this.#expire(key, deadline)
    const isLogin = options.isLogin ?? false
    const entry = await this.#membership.enter(key, session, options.from, isLogin, deadline)
    if (entry === 'revoked') return this.#gone()

    const isSame = base !== undefined && isSameCookie(base.cookie, mine.cookie)
    const cookie = isSame ? base.cookie : mine.cookie
    let layout = base?.layout ?? storage.current
    let isMerged = false
    let write: SessionWrite = {
      expected: expectedOf(base, settings.conflict),
      text: mine.text,
      cookie: cookie.text,
      user: entry.user,
      epoch: entry.epoch,
      createdAt: base?.createdAt,
      idle,
      lockToken: options.lock?.token ?? '',
    }
    for (;;) {
      const attempt = write
      const saved = await deadline.attempt(() => storage.save(layout, key, attempt))
      layout = saved.layout
      if (saved.reply.status === 'saved') {
        const { touchedAt, createdAt, version } = saved.reply
        const outcome = isMerged ? 'merged' : base === undefined ? 'created' : 'updated'
        counters[outcome]++
        await this.#membership.settle(key, entry, base?.user ?? '')
        const handle = new SessionHandle(key.ref, 'store', {
          layout,
          // After a merge the holder has not seen what is stored: its next write merges again.
          version: isMerged ? undefined : version,
          text: mine.text,
          cookie,
          user: entry.user,
          epoch: entry.epoch,
          createdAt,
          touchedAt,
        })
        return { outcome, handle }
      }
      switch (saved.reply.status) {
        case 'expired':
          return this.#expire(key, deadline)
        case 'unlocked':
          throw new SessionLockError('The lock of the session was lost before the write')
        case 'foreign':
          throw new SessionUndecodableError('The session key holds a value of another program')
        case 'gone':
          if (entry.listed > 0) this.#membership.leave(entry.user, key.ref)
          return this.#gone()
        case 'conflict': {
          counters.conflicts++
          if (settings.conflict === 'last-write') {
            write = { ...write, expected: 'live' }
            break
          }
          const { layout: foundIn, found } = await deadline.attempt(() => storage.load(key))
          if (found.state !== 'live') return this.#gone()
          const theirs = found.session
          layout = foundIn
          const conflict = { base: base?.text, mine: mine.text, theirs: theirs.text }
          // A repeated attempt may meet what the first one wrote.
          const isOwn = theirs.text === write.text && theirs.cookie === write.cookie
          const text = isOwn ? write.text : resolveConflict(conflict, settings.conflict)
          if (!isOwn) isMerged = true
          write = {
            ...write,
            ...this.#ownerOf(text, entry, theirs),
            expected: { version: theirs.version },
            text,
            createdAt: theirs.createdAt,
            cookie: isSame ? theirs.cookie : cookie.text,
          }
        }
      }
    }
  }

  /** Whose a merged session is: that of the side which its user comes from. */
  #ownerOf(text: string, mine: Owner, theirs: StoredSession): Owner {
    const { settings } = this.#context
    if (settings.userId === undefined) return { user: theirs.user, epoch: theirs.epoch }
    const user = userOf(settings, JSON.parse(text) as Data)
    if (user === theirs.user) return { user, epoch: theirs.epoch }
    return { user, epoch: user === mine.user ? mine.epoch : 0 }
  }

  async #expire(key: SessionKey, deadline: Deadline): Promise<SaveResult> {
    await this.destroy(key, deadline)
    return { outcome: 'expired', handle: undefined }
  }

  #gone(): SaveResult {
    this.#context.counters.gone++
    return { outcome: 'gone', handle: undefined }
  }
}

/** No stored version equals it: the write finds a conflict, or that the session is gone. */
const UNSEEN = { version: 'unseen' } as const

function expectedOf(base: Snapshot | undefined, policy: ConflictPolicy): SessionWrite['expected'] {
  if (base === undefined) return 'absent'
  if (policy === 'last-write') return 'live'
  return base.version === undefined ? UNSEEN : { version: base.version }
}

function ownHandle(key: SessionKey, from: SessionHandle | undefined): SessionHandle | undefined {
  return from?.ref === key.ref ? from : undefined
}
