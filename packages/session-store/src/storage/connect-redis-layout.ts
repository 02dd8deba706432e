import { hash } from 'node:crypto'
import { SessionTooLargeError } from '../errors.js'
import { parseObject } from '../payload/safe-json.js'
import { type CookieInput, encodeCookie } from '../payload/session-cookie.js'
import type { ScriptExecutor } from './script-executor.js'
import {
  destroyTextScript,
  removeTextScript,
  saveTextScript,
  touchTextScript,
} from './scripts/connect-redis-scripts.js'
import {
  type DestroyReply,
  type Found,
  isWrongType,
  type KeyState,
  type SaveReply,
  type SessionWrite,
  type StoredSession,
  type TouchReply,
} from './session-layout.js'
import type { SessionRedis } from './session-redis.js'

export interface ConnectRedisLayoutOptions {
  readonly client: SessionRedis
  readonly scripts: ScriptExecutor
  readonly maxPayload: number
  readonly absoluteTimeout: number
  readonly tombstone: number
}

/** The field of the JSON that holds what connect-redis does not know; it carries it along. */
const EXTRA = '__disredis'
/** Bytes that cookie and extra field may add to the data. */
const ENVELOPE = 8_192
/** The decoder drops and counts reserved names, whatever the layout. */
const NOTHING: ReadonlySet<string> = new Set()

/** connect-redis's layout: a string per session, JSON of the data with the cookie among it. */
export class ConnectRedisLayout {
  readonly #options: ConnectRedisLayoutOptions

  constructor(options: ConnectRedisLayoutOptions) {
    this.#options = options
  }

  async load(name: string): Promise<Found> {
    return { layout: 'connect-redis', found: await this.#stateOf(name) }
  }

  async #stateOf(name: string): Promise<KeyState> {
    const { client, maxPayload } = this.#options
    let text: string | null
    try {
      text = await client.get(name)
    } catch (error) {
      if (isWrongType(error)) return { state: 'foreign' }
      throw error
    }
    if (text === null) return { state: 'absent' }
    if (text === 'null') return { state: 'ended' }
    if (text.length > maxPayload + ENVELOPE) {
      throw new SessionTooLargeError('A session of connect-redis is larger than maxPayload')
    }
    const session = parse(text)
    return session === undefined ? { state: 'foreign' } : { state: 'live', session }
  }

  async isLive(name: string): Promise<boolean> {
    return (await this.#stateOf(name)).state === 'live'
  }

  async save(name: string, write: SessionWrite): Promise<SaveReply> {
    const { scripts, absoluteTimeout } = this.#options
    const now = Date.now()
    const createdAt = write.createdAt ?? now
    const life = Math.min(write.idle, createdAt + absoluteTimeout - now)
    if (life <= 0) return { status: 'expired' }
    const { user: u, epoch: e, formerOwners: o } = write
    const extra = { t: createdAt, a: now, u, e, ...(o !== '' && { o }) }
    const text = `${JSON.stringify({
      ...JSON.parse(write.text),
      cookie: withExpires(write.cookie, now),
      [EXTRA]: extra,
    })}`
    const { expected } = write
    const argument = expected === 'absent' ? '' : expected === 'live' ? '*' : expected.version
    try {
      const reply = await scripts.runDurable(saveTextScript, name, [argument, text, life])
      const [status, version = ''] = reply as string[]
      if (status === 'saved') {
        return { status, version, touchedAt: now, createdAt, isOvertaken: false }
      }
      return { status: status === 'conflict' ? 'conflict' : 'gone' }
    } catch (error) {
      if (isWrongType(error)) return { status: 'foreign' }
      throw error
    }
  }

  async touch(name: string, idle: number): Promise<TouchReply> {
    const isTouched = await this.#options.scripts.ask(touchTextScript, name, [idle])
    return isTouched ? { status: 'touched', touchedAt: Date.now() } : { status: 'gone' }
  }

  async destroy(name: string): Promise<DestroyReply> {
    const { scripts, tombstone } = this.#options
    try {
      const existed = await scripts.runDurable(destroyTextScript, name, [tombstone])
      return { existed: Number(existed) === 1, user: '' }
    } catch (error) {
      if (isWrongType(error)) return { existed: false, user: '' }
      throw error
    }
  }

  /** Whether it is a session that connect-redis wrote, or one that was ended here. */
  async isOurs(name: string): Promise<boolean> {
    let text: string | null
    try {
      text = await this.#options.client.get(name)
    } catch (error) {
      if (isWrongType(error)) return false
      throw error
    }
    return text === 'null' || (text !== null && hasCookie(text))
  }

  /** @returns whether it was still there. */
  async remove(name: string): Promise<boolean> {
    return this.#options.scripts.ask(removeTextScript, name, [])
  }
}

function hasCookie(text: string): boolean {
  try {
    const { cookie } = parseObject(text, NOTHING).value
    return typeof cookie === 'object' && cookie !== null
  } catch {
    return false
  }
}

/** @returns undefined for what is no session. */
function parse(text: string): StoredSession | undefined {
  let value: Record<string, unknown>
  try {
    ;({ value } = parseObject(text, NOTHING))
  } catch {
    return undefined
  }
  const { cookie: plainCookie, [EXTRA]: extra, ...data } = value
  const { t, a, u, e, o } = (typeof extra === 'object' && extra !== null ? extra : {}) as {
    t?: unknown
    a?: unknown
    u?: unknown
    e?: unknown
    o?: unknown
  }
  let cookie: string
  try {
    cookie = encodeCookie((plainCookie ?? undefined) as CookieInput | undefined, 0).text
  } catch {
    return undefined
  }
  return {
    version: hash('sha1', text),
    text: JSON.stringify(data),
    cookie,
    user: typeof u === 'string' ? u : '',
    epoch: typeof e === 'number' ? e : 0,
    formerOwners: typeof o === 'string' ? o : '',
    // What connect-redis wrote has no times: its absolute time begins now, and a touch is due.
    createdAt: typeof t === 'number' ? t : Date.now(),
    touchedAt: typeof a === 'number' ? a : 0,
  }
}

/** connect-redis takes the life of a session from its cookie's `expires`. */
function withExpires(cookie: string, now: number): object {
  const metadata = JSON.parse(cookie) as { originalMaxAge?: number | null; expires?: string }
  const { originalMaxAge } = metadata
  if (typeof originalMaxAge !== 'number') return { expires: null, ...metadata }
  return { ...metadata, expires: new Date(now + originalMaxAge).toISOString() }
}
