import { InvalidOptionError } from '@disredis/sentinel'
import type { DisredisOptions } from './disredis-options.js'

type Part = Partial<DisredisOptions>

const oneMaster = (value: string): Part => ({ masters: [value] })

/** What may stand after `?`, and how it is read. The last ones are words of other clients. */
const parameters: Readonly<Record<string, (value: string) => Part>> = {
  masters: (value) => ({ masters: value.split(',') }),
  sentinelUsername: (value) => ({ sentinelUsername: value }),
  sentinelPassword: (value) => ({ sentinelPassword: value }),
  keyPrefix: (value) => ({ keyPrefix: value }),
  connectionName: (value) => ({ connectionName: value }),
  commandTimeout: (value) => ({ commandTimeout: Number(value) }),
  connectTimeout: (value) => ({ connectTimeout: Number(value) }),
  db: (value) => ({ db: readDb(value) }),
  name: oneMaster,
  sentinelMasterId: oneMaster,
  master: oneMaster,
  database: (value) => ({ db: readDb(value) }),
}

const schemes = new Set(['redis-sentinel', 'rediss-sentinel', 'redis+sentinel', 'rediss+sentinel'])

/**
 * Reads `redis-sentinel://user:password@h1:26379,h2/0?masters=a,b`. User and password are those of
 * the masters; `rediss-sentinel://` means TLS to the masters and to the Sentinels. The forms of other
 * clients are read as well: `redis+sentinel://h1,h2/mymaster/0`, Lettuce's `password@h1,h2/0#mymaster`, and
 * `?name=`, `?master=`, `?sentinelMasterId=`.
 *
 * @throws InvalidOptionError that never repeats the URL, because it may hold a password
 */
export function parseUrl(url: string): DisredisOptions {
  const match =
    /^(?<scheme>[^:]*):\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^/?#@]*)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?(?:#(?<fragment>.*))?$/u.exec(
      url,
    )
  const { scheme = '', user, password, hosts, path, query, fragment } = match?.groups ?? {}
  // With a special character in a password that is not encoded, its rest stands anywhere.
  const isTorn =
    path?.includes('@') || fragment?.includes('@') || (user === undefined && query?.includes('@'))
  if (match === null || isTorn || !schemes.has(scheme)) throw malformed(scheme)
  checkHosts(hosts!)
  const options: Part = {}
  const add = (part: Part): void => merge(options, part)
  if (scheme.startsWith('rediss')) add({ tls: true, sentinelTLS: true })
  // A user without a password cannot log in: as in Lettuce, what stands alone is the password.
  if (password !== undefined) {
    if (user) add({ username: decode('user', user) })
    if (password !== '') add({ password: decode('password', password) })
  } else if (user) add({ password: decode('password', user) })
  readPath(path, scheme).forEach(add)
  readQuery(query).forEach(add)
  if (fragment) add(oneMaster(decode('master name', fragment)))
  return { sentinels: hosts!, ...options }
}

function malformed(scheme: string): InvalidOptionError {
  return new InvalidOptionError(
    'The URL must be redis-sentinel://user:password@host:port,host:port/db?masters=a,b ' +
      '(rediss-sentinel:// for TLS), with special characters of user and password percent-encoded' +
      (scheme === 'redis' || scheme === 'rediss' ? `; ${scheme}:// names a single server` : ''),
  )
}

/** Before others read them, who would repeat them: `user:password` without a host looks like one. */
function checkHosts(hosts: string): void {
  const isReadable = hosts.split(',').every((it) => /^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/u.test(it))
  if (isReadable) return
  throw new InvalidOptionError(
    'The URL has an invalid host: after user and password comes @, then host:port,host:port',
  )
}

/** The database; of `redis+sentinel://` also `master` and `master/database`. */
function readPath(path: string | undefined, scheme: string): Part[] {
  const [first = '', second, ...others] = (path ?? '').split('/')
  if (others.length > 0) throw malformed(scheme)
  if (second !== undefined) return [oneMaster(decode('master name', first)), { db: readDb(second) }]
  if (first === '') return []
  const isMaster = scheme.includes('+') && !/^\d+$/u.test(first)
  return [isMaster ? oneMaster(decode('master name', first)) : { db: readDb(first) }]
}

function readDb(db: string): number {
  if (/^\d+$/u.test(db)) return Number(db)
  // It may be the rest of a password.
  throw new InvalidOptionError('The path of the URL must be the database number: digits only')
}

/** Percent-encoded, and not a form's: a `+` is a plus. */
function readQuery(query: string | undefined): Part[] {
  const parts = (query ?? '').split('&').filter((it) => it !== '')
  return parts.map((part) => {
    const [, rawName = '', rawValue = ''] = /^([^=]*)=?(.*)$/su.exec(part)!
    const name = decode('parameter name', rawName)
    const read = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (read !== undefined) return read(decode(`parameter ${name}`, rawValue))
    const which = /^\w+$/u.test(name) && !query!.includes('@') ? ` "${name}"` : ''
    throw new InvalidOptionError(
      `The URL has the unknown parameter${which}; known: ${Object.keys(parameters).join(', ')}`,
    )
  })
}

function merge(options: Part, part: Part): void {
  for (const [name, value] of Object.entries(part)) {
    const before = (options as Record<string, unknown>)[name]
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value)) {
      throw new InvalidOptionError(`The URL gives \`${name}\` twice, with different values`)
    }
  }
  Object.assign(options, part)
}

function decode(part: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw new InvalidOptionError(`The ${part} of the URL is not percent-encoded correctly`)
  }
}
