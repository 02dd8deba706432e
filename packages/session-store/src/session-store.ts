import type { SessionCounters } from './counters.js'
import type { Deadline } from './deadline.js'
import { SessionIdError, SessionOptionError, SessionStoreClosedError } from './errors.js'
import { mapInBatches } from './map-in-batches.js'
import { publishOperation, type SessionOperation } from './operation-events.js'
import { resolveOptions, type Settings } from './resolve-options.js'
import type { SaveOptions, SaveResult } from './save-result.js'
import { type ClearResult, type SessionEntry, toEntry } from './session-admin.js'
import { openClient } from './session-client.js'
import type { CookieInput } from './session-cookie.js'
import type { SessionHandle } from './session-handle.js'
import { checkSessionId, sha256 } from './session-id.js'
import type { SessionKey } from './session-keys.js'
import { type LockOptions, lockSession, type SessionLock } from './session-lock.js'
import type { LoadedSession } from './session-reader.js'
import type { SessionStoreOptions } from './session-store-options.js'
import { toStoreError } from './store-error.js'
import { assembleParts, type StoreParts } from './store-parts.js'

/** A session as the application sees it; frameworks declare their own. */
export type SessionData = Record<string, unknown>

/** A framework's session object: the data, and its cookie. */
export type SessionInput<Data extends object> = Data & { readonly cookie?: CookieInput | undefined }

export interface DestroyResult {
  /** `absent`: somebody else had ended it, or there never was one. */
  readonly outcome: 'destroyed' | 'absent'
}

const LISTED_AT_ONCE = 32

/**
 * Keeps sessions in Redis. Every operation rejects with a {@link SessionStoreError} or says in its
 * outcome what became of the session; an error never means that there is none.
 */
export class SessionStore<Data extends object = SessionData> {
  readonly #settings: Settings<Data>
  readonly #parts: StoreParts<Data>
  readonly #pending = new Set<Promise<void>>()
  readonly #closeClient: (() => Promise<void>) | undefined
  #isClosed = false

  /** @throws SessionOptionError */
  constructor(options: SessionStoreOptions<Data>) {
    let closeClient: (() => Promise<void>) | undefined
    const settings = resolveOptions(options, () => {
      const { client, close } = openClient(options)
      closeClient = close
      return client
    })
    this.#closeClient = closeClient
    this.#settings = settings
    this.#parts = assembleParts(settings, (work) => this.#tidy(work))
  }

  /** A snapshot of what was counted so far. */
  get counters(): Readonly<SessionCounters> {
    return { ...this.#parts.context.counters }
  }

  /**
   * Loads a session. One round trip; one more when this process does not know yet whose session it
   * is.
   *
   * @returns undefined if there is none: unknown, expired, destroyed, revoked, quarantined, or an id
   * that is refused.
   * @throws SessionUnavailableError if Redis could not be asked, under `onUnavailable: 'error'`.
   */
  async get(id: string): Promise<LoadedSession<Data> | undefined> {
    return this.#measure('get', async () => {
      const key = this.#parts.context.keys.ofId(id)
      if (key === undefined) this.#parts.context.counters.refusedIds++
      const loaded = key === undefined ? undefined : await this.#parts.reader.read(key)
      if (loaded === undefined) this.#parts.context.counters.misses++
      else if (loaded.handle.source === 'store') this.#parts.context.counters.hits++
      return [loaded, loaded === undefined ? 'miss' : 'hit']
    })
  }

  /**
   * Saves a session. One round trip, or none for unchanged data within `touchAfter`; one more when a
   * user logs in; two more for each time that someone else wrote in between.
   *
   * @throws SessionIdError for an id that is refused.
   */
  async set(
    id: string,
    session: SessionInput<Data>,
    options: SaveOptions = {},
  ): Promise<SaveResult> {
    return this.#measure('set', async () => {
      const key = this.#keyFor(id)
      const result = await this.#within((deadline) =>
        this.#parts.writer.save(key, session, options, deadline),
      )
      this.#note(key, result)
      return [result, result.outcome]
    })
  }

  /** Prolongs a session and stores its cookie metadata. At most one round trip. */
  async touch(
    id: string,
    session: SessionInput<Data>,
    options: { readonly from?: SessionHandle | undefined } = {},
  ): Promise<SaveResult> {
    return this.#measure('touch', async () => {
      const key = this.#keyFor(id)
      const result = await this.#within((deadline) =>
        this.#parts.writer.touch(key, session, options.from, deadline),
      )
      this.#note(key, result)
      return [result, result.outcome]
    })
  }

  /** Ends a session; nothing that is under way writes it again. One round trip. */
  async destroy(id: string): Promise<DestroyResult> {
    return this.#measure('destroy', async () => {
      const key = this.#parts.context.keys.ofId(id)
      if (key === undefined) {
        this.#parts.context.counters.refusedIds++
        return [{ outcome: 'absent' }, 'absent']
      }
      const existed = await this.#within((deadline) => this.#parts.writer.destroy(key, deadline))
      this.#parts.reader.forget(key.ref)
      const outcome = existed ? 'destroyed' : 'absent'
      return [{ outcome }, outcome]
    })
  }

  /**
   * Ends every session of a user, whatever their number, in one round trip: no request that begins
   * afterwards gets in with one of them.
   *
   * @throws SessionOptionError without the option `userId`.
   */
  async revokeUser(userId: string | number): Promise<void> {
    return this.#measure('revokeUser', async () => {
      const user = this.#userOf(userId)
      await this.#within((deadline) =>
        deadline.attempt(() => this.#parts.context.users.revoke(user)),
      )
      return [undefined, 'ok']
    })
  }

  /** The user's sessions, the oldest login first. @throws SessionOptionError without `userId`. */
  async listUserSessions(userId: string | number): Promise<SessionEntry<Data>[]> {
    return this.#measure('listUserSessions', async () => {
      const user = this.#userOf(userId)
      const { users } = this.#parts.context
      const entries = await this.#within(async (deadline) => {
        const refs = await deadline.attempt(() => users.refs(user))
        const loaded = await mapInBatches(refs, LISTED_AT_ONCE, async (ref) => {
          const key = this.#parts.context.keys.ofRef(ref)
          return key === undefined ? undefined : this.#parts.reader.inspect(key, deadline)
        })
        void this.#tidy(
          users.forget(
            user,
            refs.filter((_, i) => loaded[i] === undefined),
          ),
        )
        return loaded.filter((session) => session !== undefined).map(toEntry)
      })
      return [entries, 'ok']
    })
  }

  /**
   * Ends one session of a user by the `ref` that `listUserSessions` gave. A ref that is not on that
   * user's list is `absent`: nobody ends another user's session with it.
   */
  async endUserSession(userId: string | number, ref: string): Promise<DestroyResult> {
    return this.#measure('endUserSession', async () => {
      const user = this.#userOf(userId)
      const key = this.#parts.context.keys.ofRef(ref)
      if (key === undefined) return [{ outcome: 'absent' }, 'absent']
      const existed = await this.#within(
        async (deadline) =>
          (await deadline.attempt(() => this.#parts.context.users.has(user, ref))) &&
          (await this.#parts.writer.destroy(key, deadline)),
      )
      if (existed) this.#parts.reader.forget(ref)
      const outcome = existed ? 'destroyed' : 'absent'
      return [{ outcome }, outcome]
    })
  }

  /**
   * Waits for the session's lock. Only those who lock exclude each other; load the session after
   * that, and save it with `{ lock }`.
   *
   * @throws SessionLockError if there is no such session, or the lock was not free within `wait`.
   */
  async lock(id: string, options: LockOptions = {}): Promise<SessionLock> {
    return this.#measure('lock', async () => {
      const { scripts, context } = this.#parts
      return [await lockSession({ scripts, ...context }, this.#keyFor(id), options), 'ok']
    })
  }

  /**
   * All sessions on all masters, in bounded memory and no order; one may come twice. At the end it
   * throws a SessionPartialError if some master could not be asked.
   */
  async *sessions(): AsyncGenerator<SessionEntry<Data>, void, undefined> {
    this.#mustBeOpen()
    yield* this.#parts.admin.sessions()
  }

  /** How many sessions there are on all masters. @throws SessionPartialError */
  async count(): Promise<number> {
    return this.#measure('count', async () => [await this.#parts.admin.count(), 'ok'])
  }

  /** Removes all sessions on all masters. Never rejects for a part of them: see `failures`. */
  async clear(): Promise<ClearResult> {
    return this.#measure('clear', async () => [await this.#parts.admin.clear(), 'ok'])
  }

  /**
   * Refuses everything from now on; resolves when what is under way in the background is done and the
   * client, if the store made it, is closed.
   */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#pending)
    await this.#closeClient?.()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #keyFor(id: string): SessionKey {
    const key = this.#parts.context.keys.ofId(id)
    if (key !== undefined) return key
    this.#parts.context.counters.refusedIds++
    const message = `The session id is refused: ${checkSessionId(id)}; give another one from genid / idGenerator`
    throw new SessionIdError(message)
  }

  #userOf(userId: string | number): string {
    if (this.#settings.userId !== undefined) return sha256(String(userId))
    throw new SessionOptionError('Option userId is missing: without it no session has a user')
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new SessionStoreClosedError('The session store is closed')
  }

  /** Keeps what this process remembers of a session in step with what it wrote. */
  #note(key: SessionKey, result: SaveResult): void {
    if (result.handle === undefined && result.outcome !== 'touched')
      this.#parts.reader.forget(key.ref)
    else if (result.handle !== undefined) this.#parts.reader.remember(result.handle)
  }

  #within<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return this.#parts.context.deadlines.run(work)
  }

  async #measure<T>(
    operation: SessionOperation,
    work: () => Promise<readonly [result: T, outcome: string]>,
  ): Promise<T> {
    const start = performance.now()
    const told = (outcome: string, errorCode?: string) =>
      publishOperation({ operation, outcome, duration: performance.now() - start, errorCode })
    try {
      this.#mustBeOpen()
      const [result, outcome] = await work()
      told(outcome)
      return result
    } catch (cause) {
      const error = toStoreError(cause)
      told('error', error.code)
      throw error
    }
  }

  async #tidy(work: Promise<unknown>): Promise<void> {
    const done = work.then(
      () => undefined,
      () => {
        this.#parts.context.counters.untidied++
      },
    )
    this.#pending.add(done)
    await done
    this.#pending.delete(done)
  }
}
