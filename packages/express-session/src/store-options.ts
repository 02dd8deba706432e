import {
  type SessionConnection,
  SessionOptionError,
  type SessionPolicy,
} from '@disredis/session-store'
import { refuseUnknownOptions, type UserOption } from '@disredis/session-store/adapter'
import type { SessionData } from 'express-session'

/**
 * What an application keeps in sessions: the `SessionData` of express-session with what you add to it
 * by declaration merging, without the cookie. Any field may be missing.
 */
export type StoredSession = Partial<Omit<SessionData, 'cookie'>>

/** A request's session, or what `get` answered. */
export type GivenSession = StoredSession & Pick<SessionData, 'cookie'>

export interface ExpressPolicy extends Omit<SessionPolicy<StoredSession>, 'userId'> {
  /**
   * Who is logged in: the name of a session's field, or a function of the session's data. Default: the
   * field `userId`.
   */
  readonly userId?: UserOption<StoredSession>
  /**
   * ms without any answer of Redis after which the store emits `disconnect`, upon which
   * express-session lets requests pass without a session (`req.session` is undefined) until `connect`.
   * `false`: never. Default 60000; with an `onUnavailable` other than `error`: never.
   */
  readonly disconnectAfter?: number | false
}

/**
 * Where Redis is (`sentinels` with any option of a Disredis client, or an existing `client`), and how
 * sessions are kept. All times are whole numbers of ms.
 */
export type DisredisStoreOptions = SessionConnection & ExpressPolicy

/** Names that express-session's session objects use themselves: they are never stored. */
const EXPRESS_NAMES: readonly string[] = [
  'destroy',
  'id',
  'regenerate',
  'reload',
  'req',
  'resetMaxAge',
  'save',
  'touch',
]

const CONNECT_REDIS_HINTS: Readonly<Record<string, string>> = {
  disableTTL: 'every session ends: use idleTimeout and absoluteTimeout',
  disableTouch: 'touchAfter sets how often the use of a session is written',
  scanCount: 'there is nothing to tune',
  serializer: 'sessions are JSON: see the options schema and encryption',
  ttl: 'use idleTimeout, in ms',
}

export interface ResolvedOptions {
  /** For the store behind it, without `userId`. */
  readonly store: SessionConnection & Omit<SessionPolicy<StoredSession>, 'userId'>
  readonly userId: UserOption<StoredSession> | undefined
  /** ms; undefined: never. */
  readonly disconnectAfter: number | undefined
}

/** @throws SessionOptionError */
export function resolveOptions(options: DisredisStoreOptions): ResolvedOptions {
  const { userId, disconnectAfter, ...store } = options ?? {}
  refuseUnknownOptions(options && store, CONNECT_REDIS_HINTS)
  return {
    store: { reservedNames: EXPRESS_NAMES, ...store },
    userId,
    disconnectAfter: timeOf(
      disconnectAfter ?? ((store.onUnavailable ?? 'error') === 'error' ? 60_000 : false),
    ),
  }
}

function timeOf(disconnectAfter: unknown): number | undefined {
  if (disconnectAfter === false) return undefined
  if (Number.isSafeInteger(disconnectAfter) && (disconnectAfter as number) >= 1) {
    return disconnectAfter as number
  }
  throw new SessionOptionError(
    `Option disconnectAfter is ${String(disconnectAfter)}; it takes a whole number of at least 1, or false`,
  )
}
