import type { SessionCounters } from './counters.js'
import { SessionIdError } from './errors.js'
import type { Deadline } from './operations/deadline.js'
import { OperationRunner } from './operations/operation-runner.js'
import type {
  DestroyResult,
  SaveOptions,
  SaveResult,
  SessionChange,
  TouchOptions,
} from './operations/save-result.js'
import type { ClearResult, SessionEntry } from './operations/session-admin.js'
import type { SessionHandle } from './operations/session-handle.js'
import { type LockOptions, lockSession, type SessionLock } from './operations/session-lock.js'
import type { LoadedSession } from './operations/session-reader.js'
import { resolveOptions } from './options/resolve-options.js'
import { openClient } from './options/session-client.js'
import type { SessionStoreOptions } from './options/session-store-options.js'
import type { CookieInput } from './payload/session-cookie.js'
import type { SessionKey } from './storage/session-keys.js'
import { assembleParts, type StoreParts } from './store-parts.js'

/** A session as the application sees it; frameworks declare their own. */
export type SessionData = Record<string, unknown>

/** A framework's session object: the data, and its cookie. */
export type SessionInput<Data extends object> = Data & { readonly cookie?: CookieInput | undefined }

/** Options of {@link SessionStore.get}. */
export interface LoadOptions {
  /** Asks Redis although the session is in the near cache. Default false. */
  readonly fresh?: boolean
}

/**
 * Keeps sessions in Redis. Every operation rejects with a {@link SessionStoreError} or says in its
 * outcome what became of the session; an error never means that there is none.
 */
export class SessionStore<Data extends object = SessionData> {
  readonly #parts: StoreParts<Data>
  readonly #operations: OperationRunner
  readonly #pending = new Set<Promise<void>>()
  readonly #closeClient: (() => Promise<void>) | undefined

  /** @throws SessionOptionError */
  constructor(options: SessionStoreOptions<Data>) {
    let closeClient: (() => Promise<void>) | undefined
    const settings = resolveOptions(options, () => {
      const { client, close } = openClient(options, options.nearCache)
      closeClient = close
      return client
    })
    this.#closeClient = closeClient
    this.#parts = assembleParts(settings, (work) => this.#tidy(work))
    this.#operations = new OperationRunner(this.#parts.context.deadlines)
  }

  /** A snapshot of what was counted so far. */
  get counters(): Readonly<SessionCounters> {
    return { ...this.#parts.context.counters }
  }

  /**
   * Loads a session. One round trip; one more when this process does not know yet whose session it
   * is; none with the option `nearCache` for one that was not changed.
   *
   * @returns undefined if there is none: unknown, expired, destroyed, revoked, quarantined, or an id
   * that is refused.
   * @throws SessionUnavailableError if Redis could not be asked, under `onUnavailable: 'error'`.
   */
  get(id: string, { fresh = false }: LoadOptions = {}): Promise<LoadedSession<Data> | undefined> {
    return this.#operations.run(
      'get',
      () => this.#load(id, fresh),
      (loaded) => this.#countLoad(loaded),
    )
  }

  /**
   * Saves a session. One round trip, or none for unchanged data within `touchAfter`; one more when a
   * user logs in; two more for each time that someone else wrote in between.
   *
   * @throws SessionIdError for an id that is refused.
   */
  async set(id: string, session: SessionInput<Data>, options?: SaveOptions): Promise<SaveResult> {
    return this.setSoon(id, session, options)
  }

  /** Prolongs a session and stores its cookie metadata. At most one round trip. */
  async touch(
    id: string,
    session: SessionInput<Data>,
    options?: TouchOptions,
  ): Promise<SaveResult> {
    return this.touchSoon(id, session, options)
  }

  /** As `set`; but what Redis need not be asked for is answered at once, without a promise. */
  setSoon(
    id: string,
    session: SessionInput<Data>,
    options: SaveOptions = {},
  ): SaveResult | Promise<SaveResult> {
    const save = () => this.#parts.writer.save(this.#keyFor(id, options.from), session, options)
    return this.#operations.step('set', save, (result) => this.#note(id, result))
  }

  /** As `touch`; but what Redis need not be asked for is answered at once, without a promise. */
  touchSoon(
    id: string,
    session: SessionInput<Data>,
    options: TouchOptions = {},
  ): SaveResult | Promise<SaveResult> {
    const touch = () => this.#parts.writer.touch(this.#keyFor(id, options.from), session, options)
    return this.#operations.step('touch', touch, (result) => this.#note(id, result))
  }

  /**
   * What a save would write, without asking Redis: for adapters that decide whether a response has to
   * wait for it.
   *
   * @param from what it was loaded or last saved as; without it the session began empty
   * @throws SessionInvalidError if it cannot be stored.
   */
  compare(session: SessionInput<Data>, from?: SessionHandle): SessionChange {
    return this.#parts.writer.compare(session, from)
  }

  /** Ends a session; nothing that is under way writes it again. One round trip. */
  destroy(id: string): Promise<DestroyResult> {
    return this.#operations.run('destroy', () => this.#destroy(id), outcomeOf)
  }

  /**
   * Ends every session of a user, whatever their number, in one round trip: no request that begins
   * afterwards gets in with one of them.
   *
   * @throws SessionOptionError without the option `userId`.
   */
  revokeUser(userId: string | number): Promise<void> {
    const revoke = (deadline: Deadline) => this.#parts.userSessions.revoke(userId, deadline)
    return this.#operations.run('revokeUser', () => this.#within(revoke))
  }

  /** The user's sessions, the oldest login first. @throws SessionOptionError without `userId`. */
  listUserSessions(userId: string | number): Promise<SessionEntry<Data>[]> {
    const list = () => this.#parts.userSessions.list(userId)
    return this.#operations.run('listUserSessions', list)
  }

  /** As `listUserSessions`, a page at a time, for users with very many. */
  async *userSessions(
    userId: string | number,
  ): AsyncGenerator<SessionEntry<Data>, void, undefined> {
    this.#operations.mustBeOpen()
    yield* this.#parts.userSessions.entries(userId)
  }

  /**
   * Ends one session of a user by the `ref` that `listUserSessions` gave. A ref that is not on that
   * user's list is `absent`: nobody ends another user's session with it.
   */
  endUserSession(userId: string | number, ref: string): Promise<DestroyResult> {
    const end = (deadline: Deadline) => this.#parts.userSessions.end(userId, ref, deadline)
    return this.#operations.run('endUserSession', () => this.#within(end), outcomeOf)
  }

  /**
   * Waits for the session's lock. Only those who lock exclude each other; load the session after
   * that, and save it with `{ lock }`.
   *
   * @throws SessionLockError if there is no such session, or the lock was not free within `wait`.
   */
  lock(id: string, options: LockOptions = {}): Promise<SessionLock> {
    const { scripts, context } = this.#parts
    const lock = async () => lockSession({ scripts, ...context }, this.#keyFor(id), options)
    return this.#operations.run('lock', lock)
  }

  /**
   * All sessions on all masters, in bounded memory and no order; one may come twice. At the end it
   * throws a SessionPartialError if some master could not be asked.
   */
  async *sessions(): AsyncGenerator<SessionEntry<Data>, void, undefined> {
    this.#operations.mustBeOpen()
    yield* this.#parts.admin.sessions()
  }

  /** How many sessions there are on all masters. @throws SessionPartialError */
  count(): Promise<number> {
    return this.#operations.run('count', () => this.#parts.admin.count())
  }

  /** Removes all sessions on all masters. Never rejects for a part of them: see `failures`. */
  clear(): Promise<ClearResult> {
    return this.#operations.run('clear', () => this.#parts.admin.clear())
  }

  /**
   * Refuses everything from now on; resolves when what is under way in the background is done and the
   * client, if the store made it, is closed.
   */
  async close(): Promise<void> {
    this.#operations.close()
    await Promise.all(this.#pending)
    await this.#closeClient?.()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #load(id: string, isFresh: boolean): Promise<LoadedSession<Data> | undefined> {
    const { context, reader } = this.#parts
    const key = context.keys.ofId(id)
    if (key !== undefined) return reader.read(key, isFresh)
    context.counters.refusedIds++
    return Promise.resolve(undefined)
  }

  #countLoad(loaded: LoadedSession<Data> | undefined): 'hit' | 'miss' {
    const { counters } = this.#parts.context
    if (loaded === undefined) {
      counters.misses++
      return 'miss'
    }
    if (loaded.handle.source === 'store') counters.hits++
    return 'hit'
  }

  async #destroy(id: string): Promise<DestroyResult> {
    const { context, reader, writer } = this.#parts
    const key = context.keys.ofId(id)
    if (key === undefined) {
      context.counters.refusedIds++
      return { outcome: 'absent' }
    }
    const result = await this.#within((deadline) => writer.destroy(key, deadline))
    reader.forget(key.ref)
    return result
  }

  #keyFor(id: string, from?: SessionHandle): SessionKey {
    const { context } = this.#parts
    const key = context.keys.ofId(id, from?.key)
    if (key !== undefined) return key
    context.counters.refusedIds++
    const message = `The session id is refused: ${context.keys.check(id)}; give another one from genid / idGenerator`
    throw new SessionIdError(message)
  }

  /** Keeps what this process remembers of a session in step with what it wrote. */
  #note(id: string, { outcome, handle }: SaveResult): void {
    const { reader, context } = this.#parts
    if (outcome === 'unchanged') context.counters.unchanged++
    else if (handle !== undefined) reader.remember(handle)
    else if (outcome !== 'touched') reader.forget(context.keys.ofId(id)?.ref ?? '')
  }

  #within<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return this.#parts.context.deadlines.run(work)
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

function outcomeOf({ outcome }: DestroyResult): string {
  return outcome
}
