import type { SessionRedis } from './session-redis.js'

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
