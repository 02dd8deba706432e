import { type SiteContext, sessionPrefix } from './site-context.js'
import type { SiteSession } from './site-session.js'

/** Where a session lives and how it stands. */
export interface SessionFacts {
  readonly shard: string
  readonly slot: number
  /** A number that every write of the session raises. */
  readonly version: string
  /** ms from now; null: never. */
  readonly expiresIn: number | null
}

/** A session as the applications show it. */
export interface SessionView {
  /** The framework that answered. */
  readonly by: 'Express' | 'Fastify'
  readonly user: string | null
  readonly visits: number
  readonly cart: readonly string[]
  readonly drink: string | null
  readonly town: string | null
  /** Null: the session is not stored. */
  readonly facts: SessionFacts | null
}

export function sessionView(
  by: SessionView['by'],
  session: SiteSession,
  facts: SessionFacts | null,
): SessionView {
  const { userId, visits = 0, cart = [], drink, town } = session
  return { by, user: userId ?? null, visits, cart, drink: drink ?? null, town: town ?? null, facts }
}

/**
 * Looks up where a session is and its version, `v` of its hash.
 *
 * @param ref what names it, by the store
 */
export async function sessionFacts(
  { client, prefix }: SiteContext,
  ref: string | undefined,
): Promise<SessionFacts | null> {
  if (ref === undefined) return null
  const key = sessionPrefix(prefix) + ref
  const { shard, slot } = client.explain(key)
  const [version, life] = await Promise.all([client.hget(key, 'v'), client.pttl(key)])
  if (version === null || life === -2) return null
  return { shard, slot, version, expiresIn: life === -1 ? null : life }
}
