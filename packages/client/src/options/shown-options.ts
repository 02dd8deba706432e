import type { ResolvedOptions } from './disredis-options.js'

/** What may hold a secret: passwords, functions that close over them, keys and passphrases. */
const secrets = [
  'password',
  'sentinelPassword',
  'credentials',
  'tls',
  'sentinelTLS',
] as const satisfies readonly (keyof ResolvedOptions)[]

/**
 * A copy for those who look at a client: libraries write to it (`client.options.connectionName = ...`), which
 * changes nothing. Secrets are read by name, and neither printed nor copied.
 */
export function shownOptions(options: ResolvedOptions): ResolvedOptions {
  const shown: Record<string, unknown> = { ...options }
  for (const name of secrets) {
    Object.defineProperty(shown, name, {
      get: () => options[name],
      set() {},
      enumerable: false,
      configurable: true,
    })
  }
  return shown as unknown as ResolvedOptions
}
