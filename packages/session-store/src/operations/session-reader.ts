import { SessionUnauthenticError, SessionUnavailableError } from '../errors.js'
import type { SessionCookie } from '../payload/session-cookie.js'
import type { Decoded, DecodedSession, SessionDecoder } from '../payload/session-decoder.js'
import { RecentMap } from '../storage/recent-map.js'
import type { SessionKey } from '../storage/session-keys.js'
import type { Found, LayoutKind, StoredSession } from '../storage/session-layout.js'
import { toStoreError } from '../store-error.js'
import type { Deadline } from './deadline.js'
import { readStamps, type Stamp } from './former-owners.js'
import type { Owner } from './membership.js'
import { SessionHandle, type SessionSource } from './session-handle.js'
import { type StoreContext, userOf } from './store-context.js'

/** A session as `get` answers it. */
export interface LoadedSession<Data> {
  /** What the application stored, without the cookie. The caller's own copy. */
  readonly data: Data
  readonly cookie: SessionCookie
  /** ms since 1970, by the clock of the Redis server. */
  readonly createdAt: number
  /** When its last use was written; ms since 1970, by the clock of the Redis server. */
  readonly touchedAt: number
  /** Goes back to the store with every save, touch and destroy of this copy. */
  readonly handle: SessionHandle
}

interface Remembered {
  readonly session: StoredSession
  readonly layout: LayoutKind
  readonly at: number
}

/** Where it is looked up what a user has revoked. */
interface Revocations {
  epoch(user: string): Promise<number | undefined>
  wasRevoked(user: string): Promise<boolean>
}

type Accepted<Data> = LoadedSession<Data> | 'corrupt' | undefined

/** Loads sessions: one round trip, in which the epoch of a known user is read as well. */
export class SessionReader<Data extends object> {
  readonly #context: StoreContext<Data>
  readonly #decoder: SessionDecoder<Data>
  readonly #remembered: RecentMap<Remembered> | undefined

  constructor(context: StoreContext<Data>, decoder: SessionDecoder<Data>) {
    this.#context = context
    this.#decoder = decoder
    const policy = context.settings.onUnavailable
    this.#remembered =
      typeof policy === 'object' ? new RecentMap<Remembered>(policy.maxEntries) : undefined
  }

  /** @param isFresh Redis is asked, whatever is in the near cache */
  read(key: SessionKey, isFresh: boolean): Promise<LoadedSession<Data> | undefined> {
    const { deadlines, settings, users, userHints } = this.#context
    const guess = settings.userId === undefined ? undefined : userHints.get(key.ref)
    let guessed: { readonly epoch: number | undefined } | undefined
    const reading = deadlines.run((deadline) => {
      const ask = (user: string) => deadline.attempt(() => users.epoch(user, isFresh))
      const asked = guess === undefined ? undefined : ask(guess)
      asked?.then(
        (epoch) => {
          guessed = { epoch }
        },
        // Rejects again where it is awaited; a session that is absent never asks for it.
        () => undefined,
      )
      return this.#readStored(key, guess, deadline, isFresh, {
        epoch: (user) => (user === guess && asked !== undefined ? asked : ask(user)),
        wasRevoked: (user) => deadline.attempt(() => users.wasRevoked(user, isFresh)),
      })
    })
    if (settings.onUnavailable === 'error') return reading
    return reading.catch((cause: unknown) => {
      const error = toStoreError(cause)
      if (!(error instanceof SessionUnavailableError)) throw error
      // Revocation fails closed: nobody knows whether a session is still good without the epoch.
      return this.#substitute(key, error, {
        epoch: async (user) => {
          if (user !== guess || guessed === undefined) throw error
          return guessed.epoch
        },
        wasRevoked: async () => {
          throw error
        },
      })
    })
  }

  /** Loads a session for someone who looks at many: nothing is remembered of it. */
  async inspect(key: SessionKey, deadline: Deadline): Promise<LoadedSession<Data> | undefined> {
    const { storage, users } = this.#context
    const { layout, found } = await deadline.attempt(() => storage.load(key))
    if (found.state !== 'live') return undefined
    const loaded = await this.#accept(key, found.session, layout, 'store', {
      epoch: (user) => deadline.attempt(() => users.epoch(user)),
      wasRevoked: (user) => deadline.attempt(() => users.wasRevoked(user)),
    })
    return loaded === 'corrupt' ? undefined : loaded
  }

  /** Remembers what was written, in place of what was loaded. */
  remember(handle: SessionHandle): void {
    if (this.#remembered === undefined || handle.source === 'anonymous') return
    const { layout, version, text, cookie, ...rest } = handle.snapshot
    if (version === undefined) {
      this.#remembered.delete(handle.ref)
      return
    }
    const session = { ...rest, version, text, cookie: cookie.text }
    this.#remembered.set(handle.ref, { session, layout, at: performance.now() })
  }

  /** Forgets what was remembered of a session. */
  forget(ref: string): void {
    this.#remembered?.delete(ref)
    this.#context.userHints.delete(ref)
  }

  async #readStored(
    key: SessionKey,
    guess: string | undefined,
    deadline: Deadline,
    isFresh: boolean,
    revocations: Revocations,
  ) {
    const { counters, storage, userHints } = this.#context
    const { layout, found } = await deadline.attempt(() => this.#load(key, isFresh))
    if (found.state === 'live') {
      const { session } = found
      const accepting = this.#accept(key, session, layout, 'store', revocations)
      const loaded = accepting instanceof Promise ? await accepting : accepting
      if (loaded !== 'corrupt') {
        if (loaded === undefined) {
          this.forget(key.ref)
          return undefined
        }
        const { user } = loaded.handle.snapshot
        if (user !== '' && user !== guess) userHints.set(key.ref, user)
        this.#remembered?.set(key.ref, { session, layout, at: performance.now() })
        return loaded
      }
    }
    this.forget(key.ref)
    if (found.state === 'foreign') counters.foreign++
    if (found.state === 'live' || found.state === 'corrupt') {
      const version = found.state === 'live' ? found.session.version : found.version
      await deadline.attempt(() => storage.quarantine(key, version))
    }
    return undefined
  }

  #load(key: SessionKey, isFresh: boolean): Promise<Found> {
    const { counters, storage } = this.#context
    return storage.load(key, isFresh).catch((error: unknown) => {
      if (error instanceof SessionUnauthenticError) counters.unauthentic++
      throw error
    })
  }

  /** What the failure policy puts in place of a session that could not be read. */
  async #substitute(key: SessionKey, error: SessionUnavailableError, revocations: Revocations) {
    const { counters, settings, storage } = this.#context
    if (settings.onUnavailable === 'anonymous') {
      counters.anonymous++
      return anonymous<Data>(key, storage.current)
    }
    const known = this.#remembered?.get(key.ref)
    if (known === undefined || typeof settings.onUnavailable !== 'object') throw error
    if (performance.now() - known.at > settings.onUnavailable.stale) throw error
    const loaded = await this.#accept(key, known.session, known.layout, 'stale', revocations)
    if (loaded === undefined || loaded === 'corrupt') return undefined
    counters.stale++
    return loaded
  }

  /** A promise only if there is a schema, or a user. */
  #accept(
    key: SessionKey,
    session: StoredSession,
    layout: LayoutKind,
    source: SessionSource,
    revocations: Revocations,
  ): Accepted<Data> | Promise<Accepted<Data>> {
    const { clock, counters, settings } = this.#context
    if (clock.now() >= session.createdAt + settings.absoluteTimeout) return undefined
    const check = (decoded: Decoded<Data>): Accepted<Data> | Promise<Accepted<Data>> => {
      if (decoded === 'corrupt') return decoded
      if (decoded === 'invalid') {
        counters.invalid++
        return undefined
      }
      const hand = (owner: Owner | 'revoked') => {
        if (owner !== 'revoked') return handOut(key, session, layout, source, decoded, owner)
        counters.revoked++
        return undefined
      }
      const owner = this.#owner(session, decoded, revocations)
      return owner instanceof Promise ? owner.then(hand) : hand(owner)
    }
    const decoding = this.#decoder.decode(session)
    return decoding instanceof Promise ? decoding.then(check) : check(decoding)
  }

  /** Whose session it is, unless that user revoked it. A promise only if it is a user's. */
  #owner(
    session: StoredSession,
    decoded: DecodedSession<Data>,
    revocations: Revocations,
  ): Owner | Promise<Owner | 'revoked'> {
    const { settings } = this.#context
    if (settings.userId === undefined) return session
    const user = userOf(settings, decoded.data)
    const { formerOwners } = session
    if (user === '' && formerOwners === '') return { user, epoch: 0, formerOwners }
    const { epoch } = session
    const isOnlyOwner = formerOwners === '' && session.user === user && epoch !== 0
    if (!isOnlyOwner) return this.#unlessRevoked(user, session, revocations)
    const stamp = { user, epoch }
    return revocations
      .epoch(user)
      .then((least) => (this.#isBelow(least, stamp) ? 'revoked' : { ...stamp, formerOwners }))
  }

  /** Of one who was somebody else before, or whose session is from before users were tracked. */
  async #unlessRevoked(
    user: string,
    session: StoredSession,
    revocations: Revocations,
  ): Promise<Owner | 'revoked'> {
    const { formerOwners } = session
    for (const stamp of readStamps(formerOwners)) {
      if (await this.#isRevoked(stamp, revocations)) return 'revoked'
    }
    if (user === '') return { user, epoch: 0, formerOwners }
    if (session.user !== user || session.epoch === 0) {
      // From before users were tracked: good until the user revokes for the first time.
      return (await revocations.wasRevoked(user)) ? 'revoked' : { user, epoch: 0, formerOwners }
    }
    const stamp = { user, epoch: session.epoch }
    return (await this.#isRevoked(stamp, revocations)) ? 'revoked' : { ...stamp, formerOwners }
  }

  async #isRevoked(stamp: Stamp, revocations: Revocations): Promise<boolean> {
    return this.#isBelow(await revocations.epoch(stamp.user), stamp)
  }

  /** A user of whom nothing is known has lost the epoch: nobody can say it was not revoked. */
  #isBelow(least: number | undefined, { epoch }: Stamp): boolean {
    if (least === undefined || epoch < least) return true
    this.#context.clock.saw(epoch)
    return false
  }
}

function handOut<Data>(
  key: SessionKey,
  { version, createdAt, touchedAt }: StoredSession,
  layout: LayoutKind,
  source: SessionSource,
  { data, text, cookie, storedCookie }: DecodedSession<Data>,
  { user, epoch, formerOwners }: Owner,
): LoadedSession<Data> {
  const handle = new SessionHandle(key, source, {
    layout,
    version,
    text,
    cookie: storedCookie,
    user,
    epoch,
    formerOwners,
    createdAt,
    touchedAt,
  })
  return { data, cookie, createdAt, touchedAt, handle }
}

/** An empty session in place of one that could not be read. It is never written. */
function anonymous<Data>(key: SessionKey, layout: LayoutKind): LoadedSession<Data> {
  const cookie: SessionCookie = { originalMaxAge: null, expires: null }
  const handle = new SessionHandle(key, 'anonymous', {
    layout,
    version: undefined,
    text: '{}',
    cookie: { text: '{"originalMaxAge":null}', originalMaxAge: null, remaining: undefined },
    user: '',
    epoch: 0,
    formerOwners: '',
    createdAt: 0,
    touchedAt: 0,
  })
  return { data: {} as Data, cookie, createdAt: 0, touchedAt: 0, handle }
}
