import type { SessionCounters } from './counters.js'
import { SessionInvalidError } from './errors.js'
import type { Settings } from './resolve-options.js'
import { parseObject, stringifyObject } from './safe-json.js'
import {
  type CookieInput,
  decodeCookie,
  type EncodedCookie,
  encodeCookie,
  type SessionCookie,
} from './session-cookie.js'
import type { StoredSession } from './session-layout.js'
import type { StandardSchema } from './standard-schema.js'

/** A stored session as the application gets it. */
export interface DecodedSession<Data> {
  readonly data: Data
  readonly text: string
  readonly cookie: SessionCookie
  readonly storedCookie: EncodedCookie
}

/** A framework's session object as it is stored. */
export interface EncodedSession {
  readonly text: string
  readonly cookie: EncodedCookie
}

/** Between what is stored and what the application holds: safe keys, cookie metadata, the schema. */
export class SessionDecoder<Data extends object> {
  readonly #settings: Settings<Data>
  readonly #counters: SessionCounters

  constructor(settings: Settings<Data>, counters: SessionCounters) {
    this.#settings = settings
    this.#counters = counters
  }

  /** @returns `corrupt` for what is no session, `invalid` for what the schema refuses. */
  async decode(stored: StoredSession): Promise<DecodedSession<Data> | 'corrupt' | 'invalid'> {
    const { schema, reservedNames } = this.#settings
    try {
      const cookie = decodeCookie(stored.cookie, Date.now())
      const { originalMaxAge } = cookie
      const storedCookie = { text: stored.cookie, originalMaxAge, remaining: undefined }
      const { value, dropped } = parseObject(stored.text, reservedNames)
      this.#counters.droppedKeys += dropped
      if (schema === undefined) {
        return { data: value as Data, text: stored.text, cookie, storedCookie }
      }
      const result = await validate(schema, value)
      if (result.issues !== undefined) return 'invalid'
      // What the schema makes of it is what the application did not change.
      const { text } = stringifyObject(result.value, reservedNames)
      return { data: result.value, text, cookie, storedCookie }
    } catch (error) {
      if (error instanceof SyntaxError) return 'corrupt'
      throw error
    }
  }

  /** @throws SessionInvalidError */
  encode(session: object): EncodedSession {
    const { reservedNames } = this.#settings
    const { cookie } = session as { cookie?: CookieInput }
    const encodedCookie = encodeCookie(cookie, Date.now())
    let text: string
    try {
      const safe = stringifyObject(session, reservedNames)
      this.#counters.droppedKeys += safe.dropped
      text = safe.text
    } catch (error) {
      throw new SessionInvalidError('The session cannot be written as JSON', { cause: error })
    }
    return { text, cookie: encodedCookie }
  }

  /** @throws SessionInvalidError if the schema refuses what is to be written. */
  async check(text: string): Promise<void> {
    const { schema } = this.#settings
    if (schema === undefined) return
    const { issues } = await validate(schema, JSON.parse(text))
    if (issues === undefined) return
    throw new SessionInvalidError(`The schema refuses the session (issues: ${issues.length})`)
  }
}

async function validate<Output>(schema: StandardSchema<Output>, value: unknown) {
  try {
    return await schema['~standard'].validate(value)
  } catch (error) {
    throw new SessionInvalidError('The schema threw for a session', { cause: error })
  }
}
