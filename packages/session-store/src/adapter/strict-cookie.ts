import type { SessionCookie } from '../payload/session-cookie.js'

/** What an application configured for its cookie, as far as it guards it. */
export interface ConfiguredCookie {
  readonly secure?: boolean | 'auto' | undefined
  readonly httpOnly?: boolean | undefined
  readonly domain?: string | undefined
  readonly sameSite?: boolean | string | undefined
}

type Guards = Pick<SessionCookie, 'secure' | 'httpOnly' | 'domain' | 'sameSite'>

const STRICTNESS: Readonly<Record<string, number>> = { strict: 3, true: 3, lax: 2, none: 1 }

/**
 * Redis may have been written by somebody else: what it says of a cookie never weakens what the
 * application configured. Changes `stored`.
 */
export function keepStrict(stored: Guards, configured: ConfiguredCookie): void {
  const { secure, httpOnly, domain, sameSite } = configured
  if (secure === true || (secure === 'auto' && stored.secure !== true)) stored.secure = secure
  if (httpOnly === true) stored.httpOnly = true
  if (domain === undefined) delete stored.domain
  else stored.domain = domain
  if (strictness(stored.sameSite) < strictness(sameSite)) {
    stored.sameSite = sameSite as NonNullable<Guards['sameSite']>
  }
}

function strictness(sameSite: unknown): number {
  return STRICTNESS[String(sameSite).toLowerCase()] ?? 0
}
