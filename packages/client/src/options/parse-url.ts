import { InvalidOptionError } from '@disredis/sentinel'
import type { DisredisOptions } from './disredis-options.js'

/** What may stand after `?`, and how it is read. */
const parameters: Readonly<Record<string, (value: string) => Partial<DisredisOptions>>> = {
  masters: (value) => ({ masters: value.split(',') }),
  sentinelUsername: (value) => ({ sentinelUsername: value }),
  sentinelPassword: (value) => ({ sentinelPassword: value }),
  keyPrefix: (value) => ({ keyPrefix: value }),
  connectionName: (value) => ({ connectionName: value }),
  commandTimeout: (value) => ({ commandTimeout: Number(value) }),
  connectTimeout: (value) => ({ connectTimeout: Number(value) }),
}

/**
 * Reads `redis-sentinel://user:password@h1:26379,h2/0?masters=a,b`. User and password are those of
 * the masters; `rediss-sentinel://` means TLS to the masters and to the Sentinels.
 *
 * @throws InvalidOptionError that never repeats the URL, because it may hold a password
 */
export function parseUrl(url: string): DisredisOptions {
  const match =
    /^(?<scheme>[^:]*):\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#@]*)(?:\/(?<db>[^?#]*))?(?:\?(?<query>[^#]*))?$/u.exec(
      url,
    )
  const { scheme, user, password, hosts, db, query } = match?.groups ?? {}
  if (match === null || (scheme !== 'redis-sentinel' && scheme !== 'rediss-sentinel')) {
    throw new InvalidOptionError(
      'The URL must be redis-sentinel://user:password@host:port,host:port/db?masters=a,b ' +
        '(rediss-sentinel:// for TLS), with special characters of user and password percent-encoded' +
        (scheme === 'redis' || scheme === 'rediss' ? `; ${scheme}:// names a single server` : ''),
    )
  }
  const tls = scheme === 'rediss-sentinel' ? ({ tls: true, sentinelTLS: true } as const) : {}
  return {
    sentinels: hosts!,
    ...tls,
    ...(user ? { username: decode('user', user) } : {}),
    ...(password !== undefined ? { password: decode('password', password) } : {}),
    ...(db ? { db: readDb(db) } : {}),
    ...readQuery(query),
  }
}

function readDb(db: string): number {
  if (/^\d+$/u.test(db)) return Number(db)
  throw new InvalidOptionError(`The path of the URL is the database number, not "${db}"`)
}

function readQuery(query: string | undefined): Partial<DisredisOptions> {
  const options = {}
  for (const [name, value] of new URLSearchParams(query ?? '')) {
    const read = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (read === undefined) {
      throw new InvalidOptionError(
        `The URL has the unknown parameter "${name}"; known: ${Object.keys(parameters).join(', ')}`,
      )
    }
    Object.assign(options, read(value))
  }
  return options
}

function decode(part: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw new InvalidOptionError(`The ${part} of the URL is not percent-encoded correctly`)
  }
}
