import { randomUUID } from 'node:crypto'
import { SessionLockError, SessionUndecodableError } from '../errors.js'
import { idleTime, isTouchDue } from '../options/expiry.js'
import type { ConflictPolicy } from '../options/session-store-options.js'
import {
  type CookieInput,
  type EncodedCookie,
  encodeCookie,
  isSameCookie,
} from '../payload/session-cookie.js'
import type { EncodedSession, SessionDecoder } from '../payload/session-decoder.js'
import type { SessionKey } from '../storage/session-keys.js'
import type { LayoutKind, SessionWrite } from '../storage/session-layout.js'
import { nextCall } from './call-name.js'
import type { Deadline } from './deadline.js'
import type { Membership, Owner } from './membership.js'
import type {
  DestroyResult,
  SaveOptions,
  SaveResult,
  SessionChange,
  TouchOptions,
} from './save-result.js'
import { SessionHandle, type Snapshot } from './session-handle.js'
import type { StoreContext } from './store-context.js'
import { type Saved, type SaveJob, WriteConflict } from './write-conflict.js'

/** What becomes of a save or touch: its result, or what Redis has to be asked for it. */
export type Step = SaveResult | ((deadline: Deadline) => Promise<SaveResult>)

/** Writes sessions: one round trip, unless a user logs in or someone else wrote in between. */
export class SessionWriter<Data extends object> {
  readonly #context: StoreContext<Data>
  readonly #decoder: SessionDecoder<Data>
  readonly #membership: Membership<Data>
  readonly #conflicts: WriteConflict<Data>

  constructor(
    context: StoreContext<Data>,
    decoder: SessionDecoder<Data>,
    membership: Membership<Data>,
  ) {
    this.#context = context
    this.#decoder = decoder
    this.#membership = membership
    this.#conflicts = new WriteConflict(context)
  }

  /** @throws SessionInvalidError */
  compare(
    session: Data & { readonly cookie?: CookieInput | undefined },
    from: SessionHandle | undefined,
  ): SessionChange {
    const encoded = this.#decoder.encode(session)
    const { text, cookie } = encoded
    const base = from?.snapshot
    return {
      text,
      cookieText: cookie.text,
      hasNewData: text !== (base?.text ?? '{}'),
      hasNewCookie: base !== undefined && !isSameCookie(base.cookie, cookie),
      encoded,
    }
  }

  /** @throws SessionInvalidError */
  save(
    key: SessionKey,
    session: Data & { readonly cookie?: CookieInput | undefined },
    options: SaveOptions,
  ): Step {
    const base = ownHandle(key, options.from)
    if (base?.source === 'anonymous') return { outcome: 'skipped', handle: base }
    const mine = options.change?.encoded ?? this.#decoder.encode(session)
    if (base !== undefined && mine.text === base.snapshot.text && options.isLogin !== true) {
      return this.#refresh(key, session, mine, base)
    }
    return (deadline) => {
      const write = () => this.#write(key, session, mine, options, deadline)
      const checking = this.#decoder.check(mine)
      return checking === undefined ? write() : checking.then(write)
    }
  }

  /**
   * As a save that leaves the data as it is.
   *
   * @throws SessionInvalidError
   */
  touch(
    key: SessionKey,
    session: Data & { readonly cookie?: CookieInput | undefined },
    { from, change }: TouchOptions,
  ): Step {
    const base = ownHandle(key, from)
    if (base?.source === 'anonymous') return { outcome: 'skipped', handle: base }
    const cookie = change?.encoded.cookie ?? encodeCookie(session.cookie, Date.now())
    return base === undefined
      ? (deadline) => this.#touchUnseen(key, cookie, deadline)
      : this.#refresh(key, session, { text: base.snapshot.text, cookie, dropped: 0 }, base)
  }

  async #touchUnseen(
    key: SessionKey,
    cookie: EncodedCookie,
    deadline: Deadline,
  ): Promise<SaveResult> {
    const { settings, storage, counters, clock } = this.#context
    const idle = idleTime(cookie.remaining, settings)
    if (idle <= 0) return this.#expire(key, deadline)
    const text = settings.keys === undefined ? cookie.text : undefined
    const reply = await deadline.attempt(() => storage.touch(key, text, idle))
    if (reply.status === 'expired') return this.#expire(key, deadline)
    if (reply.status !== 'touched') return this.#gone()
    clock.learn(reply.touchedAt)
    counters.touched++
    return { outcome: 'touched', handle: undefined }
  }

  async destroy(key: SessionKey, deadline: Deadline): Promise<DestroyResult> {
    const { counters, storage } = this.#context
    const call = randomUUID()
    const { existed, user } = await deadline.attempt(() => storage.destroy(key, call))
    if (existed) counters.destroyed++
    if (user !== '') this.#membership.leave(user, key.member)
    return { outcome: existed ? 'destroyed' : 'absent' }
  }

  #refresh(key: SessionKey, session: Data, mine: EncodedSession, base: SessionHandle): Step {
    const { clock, settings } = this.#context
    const { snapshot } = base
    const idle = idleTime(mine.cookie.remaining, settings)
    if (idle <= 0) return (deadline) => this.#expire(key, deadline)
    const isSame = isSameCookie(snapshot.cookie, mine.cookie)
    if (isSame && !isTouchDue(snapshot.touchedAt, clock.now(), idle, settings)) {
      return { outcome: 'unchanged', handle: base }
    }
    const isUnstamped = snapshot.user !== '' && snapshot.epoch === 0
    if (isUnstamped || snapshot.layout !== 'hash') {
      return (deadline) => this.#write(key, session, mine, { from: base }, deadline)
    }
    // An encrypted session says in its data which cookie it has.
    if (!isSame && settings.keys !== undefined) {
      return (deadline) => this.#write(key, session, mine, { from: base }, deadline)
    }
    const newCookie = isSame ? undefined : mine.cookie
    return (deadline) => this.#prolong(key, snapshot, newCookie, idle, deadline)
  }

  async #prolong(
    key: SessionKey,
    snapshot: Snapshot,
    newCookie: EncodedCookie | undefined,
    idle: number,
    deadline: Deadline,
  ): Promise<SaveResult> {
    const { clock, storage, counters } = this.#context
    const cookie = newCookie ?? snapshot.cookie
    const text = newCookie?.text
    const reply = await deadline.attempt(() => storage.touch(key, text, idle))
    if (reply.status !== 'touched') {
      return reply.status === 'expired' ? this.#expire(key, deadline) : this.#gone()
    }
    clock.learn(reply.touchedAt)
    counters.touched++
    const next = { ...snapshot, cookie, touchedAt: reply.touchedAt }
    return { outcome: 'touched', handle: new SessionHandle(key, 'store', next) }
  }

  async #write(
    key: SessionKey,
    session: Data,
    mine: EncodedSession,
    options: SaveOptions,
    deadline: Deadline,
  ): Promise<SaveResult> {
    const { settings, storage } = this.#context
    const base = ownHandle(key, options.from)?.snapshot
    const idle = idleTime(mine.cookie.remaining, settings)
    if (idle <= 0) return this.#expire(key, deadline)
    const isLogin = options.isLogin ?? false
    const entering = this.#membership.enter(key, session, options.from, isLogin, deadline)
    const entry = entering instanceof Promise ? await entering : entering
    if (entry === 'revoked') return this.#gone()

    const hasOldCookie = base !== undefined && isSameCookie(base.cookie, mine.cookie)
    const cookie = hasOldCookie ? base.cookie : mine.cookie
    const job: SaveJob = { key, base, mine: { text: mine.text, cookie }, hasOldCookie, entry }
    let layout = base?.layout ?? storage.current
    let isMerged = false
    const expected = expectedOf(base, settings.conflict)
    let write: SessionWrite = {
      expected,
      text: mine.text,
      cookie: cookie.text,
      keepsCookie: hasOldCookie,
      user: entry.user,
      epoch: entry.epoch,
      formerOwners: entry.formerOwners,
      keepsOwner: isVersion(expected) && base !== undefined && isSameOwner(base, entry),
      createdAt: base?.createdAt,
      idle,
      lockToken: options.lock?.token ?? '',
      call: nextCall(),
    }
    for (;;) {
      const attempt = write
      const { layout: savedIn, reply } = await deadline.attempt(() =>
        storage.save(layout, key, attempt),
      )
      layout = savedIn
      switch (reply.status) {
        case 'saved':
          if (layout === 'hash' && !reply.isOvertaken) this.#context.clock.learn(reply.touchedAt)
          return this.#saved(job, layout, reply, isMerged, reply.isOvertaken)
        case 'conflict': {
          const next = await this.#conflicts.meet(job, write, deadline)
          if (next === 'gone') return this.#abandon(job)
          if (next.status === 'saved') {
            return this.#saved(job, next.layout, next, isMerged, false)
          }
          if (next.status === 'merged') isMerged = true
          layout = next.layout
          write = next.write
          break
        }
        case 'gone':
          return this.#abandon(job)
        case 'expired':
          return this.#expire(key, deadline)
        case 'unlocked':
          throw new SessionLockError('The lock of the session was lost before the write')
        case 'foreign':
          throw new SessionUndecodableError('The session key holds a value of another program')
      }
    }
  }

  /** A promise only if older sessions of the user are to be ended. */
  #saved(
    { key, base, mine, entry }: SaveJob,
    layout: LayoutKind,
    saved: Saved,
    isMerged: boolean,
    isOvertaken: boolean,
  ): SaveResult | Promise<SaveResult> {
    const { createdAt, touchedAt } = saved
    const outcome = isMerged ? 'merged' : base === undefined ? 'created' : 'updated'
    this.#context.counters[outcome]++
    const settling = this.#membership.settle(key, entry, base?.user ?? '')
    // After a merge the holder has not seen what is stored: its next write merges again.
    const version = isMerged || isOvertaken ? undefined : saved.version
    const { text, cookie } = mine
    const { user, epoch, formerOwners } = entry
    const owner = { user, epoch, formerOwners }
    const snapshot = { layout, version, text, cookie, ...owner, createdAt, touchedAt }
    const result = { outcome, handle: new SessionHandle(key, 'store', snapshot) } as const
    return settling === undefined ? result : settling.then(() => result)
  }

  #abandon({ key, entry }: SaveJob): SaveResult {
    if (entry.listed > 0) this.#membership.leave(entry.user, key.member)
    return this.#gone()
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

function isSameOwner(one: Owner, other: Owner): boolean {
  return (
    one.user === other.user && one.epoch === other.epoch && one.formerOwners === other.formerOwners
  )
}

function isVersion(expected: SessionWrite['expected']): boolean {
  return typeof expected === 'object'
}

function ownHandle(key: SessionKey, from: SessionHandle | undefined): SessionHandle | undefined {
  return from?.ref === key.ref ? from : undefined
}
