import type { Disredis } from '@disredis/client'

/** What both applications share: that is all it takes for one login to count in both. */
export interface SiteContext {
  readonly client: Disredis
  /** What keys of the site begin with. */
  readonly prefix: string
  /** Signs the cookies. */
  readonly secret: string
}

export const cookieName = 'disredis-demo'

/** ms; longer than any failover here, so that requests wait for it instead of failing. */
const deadline = 20_000
const idleTimeout = 30 * 60_000

/** How both keep sessions. */
export function sessionOptions({ client, prefix }: SiteContext) {
  return { client, prefix: sessionPrefix(prefix), idleTimeout, deadline, touchAfter: 1_000 }
}

export function sessionPrefix(prefix: string): string {
  return `${prefix}:sess:`
}
