import { createCounters, type SessionCounters } from './counters.js'
import { Deadline } from './deadline.js'
import { SessionIdError, SessionStoreClosedError } from './errors.js'
import { HashLayout } from './hash-layout.js'
import { Membership } from './membership.js'
import { publishOperation, type SessionOperation } from './operation-events.js'
import { PayloadCodec } from './payload-codec.js'
import { RecentMap } from './recent-map.js'
import { resolveOptions, type Settings } from './resolve-options.js'
import { ScriptExecutor } from './script-executor.js'
import type { CookieInput } from './session-cookie.js'
import { SessionDecoder } from './session-decoder.js'
import type { SessionHandle } from './session-handle.js'
import { checkSessionId, sha256 } from './session-id.js'
import { type SessionKey, SessionKeys } from './session-keys.js'
import { type LoadedSession, SessionReader } from './session-reader.js'
import { SessionStorage } from './session-storage.js'
import type { SessionStoreOptions } from './session-store-options.js'
import { type SaveOptions, type SaveResult, SessionWriter } from './session-writer.js'
import type { StoreContext } from './store-context.js'
import { toStoreError } from './store-error.js'
import { UserRegistry } from './user-registry.js'

/** A session as the application sees it; frameworks declare their own. */
export type SessionData = Record<string, unknown>

/** A framework's session object: the data, and its cookie. */
export type SessionInput<Data extends object> = Data & { readonly cookie?: CookieInput }

export interface DestroyResult {
  /** `absent`: somebody else had ended it, or there never was one. */
  readonly outcome: 'destroyed' | 'absent'
}

/** Sessions of which this process knows the user, to read both shards at once. */
const USER_HINTS = 10_000

/**
 * Keeps sessions in Redis. Every operation rejects with a {@link SessionStoreError} or says in its
 * outcome what became of the session; an error never means that there is none.
 */
export class SessionStore<Data extends object = SessionData> {
  readonly #settings: Settings<Data>
  readonly #keys: SessionKeys
  readonly #counters = createCounters()
  readonly #context: StoreContext<Data>
  readonly #reader: SessionReader<Data>
  readonly #writer: SessionWriter<Data>
  readonly #pending = new Set<Promise<void>>()
  #isClosed = false

  /** @throws SessionOptionError */
  constructor(options: SessionStoreOptions<Data>) {
    const settings = resolveOptions(options)
    const { client, absoluteTimeout, tombstone } = settings
    const scripts = new ScriptExecutor(client, settings.durability)
    const codec = new PayloadCodec(settings)
    const hash = new HashLayout({ client, scripts, codec, absoluteTimeout, tombstone })
    this.#settings = settings
    this.#keys = new SessionKeys(
      settings.prefix,
      settings.connectRedis?.prefix ?? settings.prefix,
      settings.hashIds,
    )
    this.#context = {
      settings,
      keys: this.#keys,
      storage: new SessionStorage(hash),
      users: new UserRegistry(client, scripts, this.#keys, absoluteTimeout),
      counters: this.#counters,
      userHints: new RecentMap(USER_HINTS),
      tidy: (work) => this.#tidy(work),
    }
    const decoder = new SessionDecoder(settings, this.#counters)
    this.#reader = new SessionReader(this.#context, decoder)
    this.#writer = new SessionWriter(this.#context, decoder, new Membership(this.#context))
  }

  /** A snapshot of what was counted so far. */
  get counters(): Readonly<SessionCounters> {
    return { ...this.#counters }
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
      const key = this.#keys.ofId(id)
      if (key === undefined) this.#counters.refusedIds++
      const loaded = key === undefined ? undefined : await this.#reader.read(key)
      if (loaded === undefined) this.#counters.misses++
      else if (loaded.handle.source === 'store') this.#counters.hits++
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
        this.#writer.save(key, session, options, deadline),
      )
      if (result.handle === undefined) this.#reader.forget(key.ref)
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
        this.#writer.touch(key, session, options.from, deadline),
      )
      return [result, result.outcome]
    })
  }

  /** Ends a session; nothing that is under way writes it again. One round trip. */
  async destroy(id: string): Promise<DestroyResult> {
    return this.#measure('destroy', async () => {
      const key = this.#keys.ofId(id)
      if (key === undefined) {
        this.#counters.refusedIds++
        return [{ outcome: 'absent' }, 'absent']
      }
      const existed = await this.#within((deadline) => this.#writer.destroy(key, deadline))
      this.#reader.forget(key.ref)
      const outcome = existed ? 'destroyed' : 'absent'
      return [{ outcome }, outcome]
    })
  }

  /**
   * Ends every session of a user, whatever their number, in one round trip: no request that begins
   * afterwards gets in with one of them. Needs `userId`.
   */
  async revokeUser(userId: string | number): Promise<void> {
    return this.#measure('revokeUser', async () => {
      const user = sha256(String(userId))
      await this.#within((deadline) => deadline.attempt(() => this.#context.users.revoke(user)))
      return [undefined, 'ok']
    })
  }

  /** Refuses everything from now on; resolves when what is under way in the background is done. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#pending)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #keyFor(id: string): SessionKey {
    const key = this.#keys.ofId(id)
    if (key !== undefined) return key
    this.#counters.refusedIds++
    const message = `The session id is refused: ${checkSessionId(id)}; give another one from genid / idGenerator`
    throw new SessionIdError(message)
  }

  #within<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return Deadline.run(this.#settings.deadline, work)
  }

  async #measure<T>(
    operation: SessionOperation,
    work: () => Promise<readonly [result: T, outcome: string]>,
  ): Promise<T> {
    const start = performance.now()
    const told = (outcome: string, errorCode?: string) =>
      publishOperation({ operation, outcome, duration: performance.now() - start, errorCode })
    try {
      if (this.#isClosed) throw new SessionStoreClosedError('The session store is closed')
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
        this.#counters.untidied++
      },
    )
    this.#pending.add(done)
    await done
    this.#pending.delete(done)
  }
}
