import type { DisredisOptions } from '@disredis/client'
import type { EncryptionKey } from '../payload/key-ring.js'
import type { StandardSchema } from '../payload/standard-schema.js'
import type { Durability } from '../storage/script-executor.js'
import type { SessionNode, SessionRedis } from '../storage/session-redis.js'

/**
 * What happens when a session was written by someone else since it was loaded.
 *
 * - `merge`: fields that this request changed are written, all others stay as the other one left
 *   them. Where both changed the same top-level field, the later save wins.
 * - `retry`: as `merge`, but a field changed by both is an error (`retryable`): run the request again.
 * - `error`: any write in between is an error.
 * - `last-write`: no check; the whole session is replaced.
 */
export type ConflictPolicy = 'merge' | 'retry' | 'error' | 'last-write'

/**
 * What `get` does when Redis cannot be asked. Writes always reject.
 *
 * - `error`: rejects with {@link SessionUnavailableError}.
 * - `anonymous`: an empty session for this request, which is never written: the stored one stays.
 * - `{ stale }`: what this process saw at most that many ms ago, `error` without it. A session of a
 *   user is served only if the user's revocations could be read.
 */
export type UnavailablePolicy =
  | 'error'
  | 'anonymous'
  | {
      /** ms */
      readonly stale: number
      /** At most so many sessions are kept for that, those used last. Default 1000. */
      readonly maxEntries?: number
    }

/**
 * Where Redis is: a Disredis client or a plain ioredis, which stays the caller's and is not closed
 * with the store; or the Sentinels, with all options of a Disredis client, which the store then makes
 * and closes.
 */
export type SessionConnection =
  | { readonly client: SessionRedis }
  | ({ readonly client?: undefined } & DisredisOptions)

/** How sessions of connect-redis (a key `prefix + id` that holds JSON) are taken over. */
export interface ConnectRedisOptions {
  /**
   * - `share`: while servers with connect-redis still run. Sessions stay in its layout, which both
   *   sides read and write; sessions in the new layout are used as they are.
   * - `replace`: when none runs any more. A session is replaced by the new layout when it is first
   *   saved or touched.
   */
  readonly mode: 'share' | 'replace'
  /** connect-redis's `prefix`. Default: the store's, `sess:`. */
  readonly prefix?: string
  /** Where they are, if not with the store's `client`: for example the single old server. */
  readonly client?: SessionRedis
}

/** Options of {@link SessionStore}. All times are whole numbers of ms. */
export type SessionStoreOptions<Data extends object> = SessionConnection & SessionPolicy<Data>

/** How sessions are kept. All times are whole numbers of ms. */
export interface SessionPolicy<Data extends object> {
  /**
   * The client that iterates, counts and clears, because SCAN needs rights over all keys. Default:
   * the store's.
   */
  readonly adminClient?: SessionNode
  /** What keys begin with. Default `sess:`. */
  readonly prefix?: string
  /** Keys hold the SHA-256 of session ids instead of the ids. Default true. */
  readonly hashIds?: boolean
  /**
   * A session ends that long after its last use. Default: the cookie's maxAge, and one day for
   * cookies without one. With both, the shorter.
   */
  readonly idleTimeout?: number
  /**
   * A session ends that long after its creation, however much it is used. Default and maximum: 400
   * days, the longest that browsers keep a cookie.
   */
  readonly absoluteTimeout?: number
  /**
   * An unchanged session is written at most that often. Its idle time may therefore seem shorter by
   * that much. At most half of the session's life. Default 60000.
   */
  readonly touchAfter?: number
  /** How long a destroyed id cannot be written: longer than any request takes. Default 300000. */
  readonly tombstone?: number
  /** Default `merge`. */
  readonly conflict?: ConflictPolicy
  /** Applies to creating, updating, destroying and revoking. Default: the master's word is enough. */
  readonly durability?: Durability
  /**
   * Loads sessions from the near cache of the client (its option `cache`, which is there by default where
   * the store makes the client): an unchanged session costs no round trip. What ended a session elsewhere is
   * seen within `cache.maxStaleness` ms: see docs/session-security.md. `get(id, { fresh: true })` asks Redis.
   * Default: every load asks Redis.
   */
  readonly nearCache?: {
    /** ms since a session was read from Redis, at most. Default 10000. */
    readonly maxAge?: number
  }
  /** Default `error`. */
  readonly onUnavailable?: UnavailablePolicy
  /**
   * Limit of every operation, all its round trips and retries together. Default 10000: outlasts a planned
   * failover, and a crash with a `down-after-milliseconds` up to 2000.
   */
  readonly deadline?: number
  /**
   * Who is logged in. With it the store lists a user's sessions, revokes them, and limits their
   * number. It must depend on the session's data only.
   */
  readonly userId?: (session: Data) => string | number | null | undefined
  /** The oldest sessions of a user beyond it end when a new one logs in. Needs `userId`. */
  readonly maxSessionsPerUser?: number
  /** Encrypts the data (AES-256-GCM). Default: no. */
  readonly encryption?: {
    /** The first encrypts, all decrypt. */
    readonly keys: readonly EncryptionKey[]
    /** Also read sessions that are not encrypted, while they are being replaced. Default false. */
    readonly acceptPlaintext?: boolean
  }
  /** Compresses data of at least that many bytes. Default: no. */
  readonly compression?: { readonly above: number }
  /** Bytes of JSON that a session may take. Default 65536. */
  readonly maxPayload?: number
  /**
   * Checks what is stored (any Standard Schema: zod, valibot, arktype, ...). Refused on save: an
   * error. Refused on load: there is no session. Its output is what the application gets.
   */
  readonly schema?: StandardSchema<Data>
  /** Top-level names that are never stored. Default: what both frameworks' session objects use. */
  readonly reservedNames?: Iterable<string>
  /** Take over the sessions of connect-redis. Default: no. */
  readonly connectRedis?: ConnectRedisOptions
}
