import { SessionOptionError } from '../errors.js'
import { CLIENT_OPTIONS } from '../options/session-client.js'
import type { SessionPolicy } from '../options/session-store-options.js'

/** Every option of the store that is not its client's; the compiler misses none. */
const POLICY_OPTIONS: Readonly<Record<keyof SessionPolicy<object>, true>> = {
  adminClient: true,
  prefix: true,
  hashIds: true,
  idleTimeout: true,
  absoluteTimeout: true,
  touchAfter: true,
  tombstone: true,
  conflict: true,
  durability: true,
  nearCache: true,
  onUnavailable: true,
  deadline: true,
  userId: true,
  maxSessionsPerUser: true,
  encryption: true,
  compression: true,
  maxPayload: true,
  schema: true,
  reservedNames: true,
  connectRedis: true,
}

const STORE_OPTIONS: ReadonlySet<string> = new Set([
  'client',
  ...CLIENT_OPTIONS,
  ...Object.keys(POLICY_OPTIONS),
])

/**
 * Refuses options of a store that it does not have: a misspelt one would be missing in silence.
 *
 * @param hints what to say of options that other stores have
 * @throws SessionOptionError
 */
export function refuseUnknownOptions(
  options: unknown,
  hints: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionError('Give `sentinels: [...]`, or an existing client as `client`')
  }
  for (const name of Object.keys(options)) {
    if (STORE_OPTIONS.has(name)) continue
    const hint = Object.hasOwn(hints, name) ? `; ${hints[name]}` : ''
    throw new SessionOptionError(`Option ${name} is unknown${hint}`)
  }
}
