import type { SessionCounters } from '../counters.js'
import { SessionInvalidError } from '../errors.js'
import { parseObject, type SafeObject, stringifyObject } from './safe-json.js'
import {
  type CookieInput,
  decodeCookie,
  type EncodedCookie,
  encodeCookie,
  type SessionCookie,
} from './session-cookie.js'
import type { StandardSchema } from './standard-schema.js'

export interface DecoderOptions<Data> {
  readonly schema: StandardSchema<Data> | undefined
  /** Top-level names that are dropped. */
  readonly reservedNames: ReadonlySet<string>
}

/** A stored session as the application gets it. */
export interface DecodedSession<Data> {
  readonly data: Data
  readonly text: string
  readonly cookie: SessionCookie
  readonly storedCookie: EncodedCookie
}

/** `corrupt`: no session; `invalid`: the schema refuses it. */
export type Decoded<Data> = DecodedSession<Data> | 'corrupt' | 'invalid'

/** A framework's session object as it is stored. */
export interface EncodedSession {
  readonly text: string
  /** How many keys it has lost. */
  readonly dropped: number
  readonly cookie: EncodedCookie
}

/** Between what is stored and what the application holds: safe keys, cookie metadata, the schema. */
export class SessionDecoder<Data extends object> {
  readonly #options: DecoderOptions<Data>
  readonly #counters: SessionCounters

  constructor(options: DecoderOptions<Data>, counters: SessionCounters) {
    this.#options = options
    this.#counters = counters
  }

  /** A promise only if there is a schema. */
  decode(stored: {
    readonly text: string
    readonly cookie: string
  }): Decoded<Data> | Promise<Decoded<Data>> {
    const { schema, reservedNames } = this.#options
    const { text } = stored
    let parsed: SafeObject
    let cookie: SessionCookie
    try {
      cookie = decodeCookie(stored.cookie, Date.now())
      parsed = parseObject(text, reservedNames)
    } catch (error) {
      if (error instanceof SyntaxError) return 'corrupt'
      throw error
    }
    const { value, dropped } = parsed
    this.#counters.droppedKeys += dropped
    const { originalMaxAge } = cookie
    const storedCookie = { text: stored.cookie, originalMaxAge, remaining: undefined }
    return schema === undefined
      ? { data: value as Data, text, cookie, storedCookie }
      : this.#validated(schema, value, cookie, storedCookie)
  }

  async #validated(
    schema: StandardSchema<Data>,
    value: object,
    cookie: SessionCookie,
    storedCookie: EncodedCookie,
  ): Promise<Decoded<Data>> {
    const result = await validate(schema, value)
    if (result.issues !== undefined) return 'invalid'
    try {
      // What the schema makes of it is what the application did not change.
      const { text } = stringifyObject(result.value, this.#options.reservedNames)
      // The caller's own, even if the schema freezes what it makes.
      return { data: { ...result.value }, text, cookie, storedCookie }
    } catch (error) {
      throw new SessionInvalidError('What the schema makes of a session is not JSON', {
        cause: error,
      })
    }
  }

  /** @throws SessionInvalidError */
  encode(session: object): EncodedSession {
    const { reservedNames } = this.#options
    const { cookie } = session as { cookie?: CookieInput }
    const encodedCookie = encodeCookie(cookie, Date.now())
    let text: string
    let dropped: number
    try {
      ;({ text, dropped } = stringifyObject(session, reservedNames))
    } catch (error) {
      throw new SessionInvalidError('The session cannot be written as JSON', { cause: error })
    }
    return { text, cookie: encodedCookie, dropped }
  }

  /**
   * Before it is written. A promise only if there is a schema; it rejects with a SessionInvalidError if
   * the schema refuses the session.
   */
  check({ text, dropped }: EncodedSession): Promise<void> | undefined {
    const { schema } = this.#options
    this.#counters.droppedKeys += dropped
    return schema === undefined ? undefined : this.#mustFit(schema, text)
  }

  async #mustFit(schema: StandardSchema<Data>, text: string): Promise<void> {
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
