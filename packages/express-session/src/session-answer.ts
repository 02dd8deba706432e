import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type SessionChange,
  SessionInvalidError,
  type SessionStore,
  type SessionStoreError,
} from '@disredis/session-store'
import type { Holder } from './held-response.js'
import type { SessionBinding } from './session-binding.js'
import type { SessionCookies } from './session-cookies.js'
import { SessionEnds } from './session-ends.js'
import type { GivenSession, StoredSession } from './store-options.js'

/** A request behind the middleware, as the middleware left it. */
export interface AnsweredRequest extends IncomingMessage {
  session?: (GivenSession & { readonly id: string; touch(): unknown }) | null | undefined
  sessionID?: string | undefined
}

/** What all answers of one middleware have in common. */
export interface AnswerContext {
  readonly sessions: SessionStore<StoredSession>
  readonly binding: SessionBinding
  readonly cookies: SessionCookies
  readonly rolling: boolean
  readonly saveUninitialized: boolean
  readonly unset: 'keep' | 'destroy'
  /** A session could not be saved, and its response could not be taken back. */
  readonly onUnsaved: (error: unknown) => void
}

interface Attempt {
  readonly session: object
  /** Undefined for a session that is no JSON. */
  readonly text: string | undefined
  readonly error?: unknown
}

/** Decides what is saved before a response leaves, and which cookie goes with it. */
export class SessionAnswer implements Holder {
  readonly #context: AnswerContext
  readonly #req: AnsweredRequest
  readonly #res: ServerResponse
  readonly #next: (error: unknown) => void
  /** Of the request's cookie. */
  readonly #cookieId: string | undefined
  readonly #originalId: string | undefined
  readonly #originalText: string
  #hasDestroyed = false
  #hasTouched = false
  #isRefused = false
  /** The application's cookie options make no cookie. */
  #hasBadCookie = false
  #touched: object | undefined
  #attempt: Attempt | undefined
  /** The data of the session, as it was when it was looked at last. */
  #text: string | undefined

  constructor(
    context: AnswerContext,
    req: AnsweredRequest,
    res: ServerResponse,
    cookieId: string | undefined,
    next: (error: unknown) => void,
  ) {
    this.#context = context
    this.#req = req
    this.#res = res
    this.#next = next
    this.#cookieId = cookieId
    this.#originalId = req.sessionID
    const { handle, isStored } = context.binding.traceOf(req.session)
    this.#originalText = (isStored && handle?.snapshot.text) || '{}'
  }

  save(statusCode: number, isBegun: boolean): Promise<void> | undefined {
    const { write } = this.#context.binding.traceOf(this.#req.session)
    const ending = SessionEnds.of(this.#req)?.settled
    if (ending === undefined && write === undefined) return this.#save(statusCode, isBegun)
    const running = Promise.all([ending, write?.catch(() => undefined)])
    return running.then(() => this.save(statusCode, isBegun))
  }

  #save(statusCode: number, isBegun: boolean): Promise<void> | undefined {
    // What says itself that something failed is no lie; what has begun cannot be taken back.
    const isFinal = isBegun || this.#isRefused || statusCode >= 500
    const failure = SessionEnds.of(this.#req)?.failure
    if (!isFinal && failure !== undefined) return Promise.reject(failure)
    const saving = this.#write(isFinal)
    return isFinal ? saving?.catch((error) => this.#context.onUnsaved(error)) : saving
  }

  #write(isFinal: boolean): Promise<void> | undefined {
    const { binding, sessions, saveUninitialized, unset } = this.#context
    const { session, sessionID: id } = this.#req
    if (typeof id !== 'string') return undefined
    if (session === undefined || session === null) {
      const hasEnded = this.#hasDestroyed || SessionEnds.of(this.#req) !== undefined
      if (unset !== 'destroy' || hasEnded) return undefined
      this.#hasDestroyed = true
      return binding.destroy(id).then(() => undefined)
    }
    const { handle, isStored, failedWrite } = binding.traceOf(session)
    let change: SessionChange | undefined
    try {
      this.#touch(session)
      change = sessions.compare(session, isStored ? handle : undefined)
    } catch (error) {
      return this.#isTried(session, undefined) && isFinal
        ? undefined
        : this.#attempted(session, undefined, Promise.reject(error))
    }
    const text = `${change.text}\n${change.cookieText}`
    this.#text = change.text
    const hasChange = isStored
      ? change.hasNewData || change.hasNewCookie
      : saveUninitialized || this.#isModified(session)
    if (!hasChange) return isStored ? this.#prolong(session, id, change) : undefined
    if (this.#isTried(session, text)) {
      const error = this.#attempt?.error
      return error === undefined || isFinal ? undefined : Promise.reject(error)
    }
    // It failed when the application asked for it, and this is how the application answers.
    if (isFinal && failedWrite !== undefined) return undefined
    const saving = binding.save(id, session, { change })
    return saving instanceof Promise ? this.#attempted(session, text, saving) : undefined
  }

  #isTried(session: object, text: string | undefined): boolean {
    return this.#attempt?.session === session && this.#attempt.text === text
  }

  #attempted(session: object, text: string | undefined, saving: Promise<unknown>): Promise<void> {
    return saving.then(
      () => {
        this.#attempt = { session, text }
      },
      (error: unknown) => {
        this.#attempt = { session, text, error }
        throw error
      },
    )
  }

  /** The session has not changed: that it was used is no reason to fail. */
  #prolong(session: GivenSession, id: string, change: SessionChange): Promise<void> | undefined {
    if (this.#hasTouched || id !== this.#cookieId) return undefined
    this.#hasTouched = true
    const touching = this.#context.binding.touch(id, session, change)
    if (!(touching instanceof Promise)) return undefined
    return touching.then(
      () => undefined,
      () => undefined,
    )
  }

  beforeHead(): void {
    const { cookies, rolling, saveUninitialized } = this.#context
    const { session, sessionID: id } = this.#req
    if (!session || typeof id !== 'string' || this.#hasBadCookie) return
    // What is not stored has no cookie.
    const { failure } = this.#context.binding.traceOf(session)
    if (this.#attempt?.error !== undefined || failure !== undefined) return
    const isWanted =
      this.#cookieId !== id
        ? saveUninitialized || this.#isModified(session)
        : rolling || (session.cookie.expires != null && this.#isModified(session))
    if (!isWanted) return
    this.#touch(session)
    try {
      cookies.set(this.#req, this.#res, id, session.cookie)
    } catch (error) {
      this.#hasBadCookie = true
      throw error
    }
  }

  refused(error: unknown): void {
    this.#isRefused = true
    const { status = 500, headers = {} } = error as Partial<SessionStoreError>
    this.#res.statusCode = status
    for (const [name, value] of Object.entries(headers)) this.#res.setHeader(name, value)
    setImmediate(this.#next, error)
  }

  #isModified(session: { readonly id: string }): boolean {
    return session.id !== this.#originalId || this.#text !== this.#originalText
  }

  /** Its time begins anew, once. */
  #touch(session: { touch(): unknown }): void {
    if (this.#touched === session) return
    if (typeof session.touch !== 'function') {
      throw new SessionInvalidError('req.session was replaced by an object that is not a session')
    }
    session.touch()
    this.#touched = session
  }
}
