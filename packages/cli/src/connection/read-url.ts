import { UsageError } from '../cli-error.js'

/** What `redis-sentinel://user:password@h1:26379,h2/0?masters=a,b` says. */
export interface DeploymentUrl {
  readonly hosts: string
  readonly isTls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number | undefined
  readonly masters: string | undefined
  readonly sentinelUsername: string | undefined
  readonly sentinelPassword: string | undefined
  readonly keyPrefix: string | undefined
}

const SHAPE =
  /^(?<scheme>rediss?-sentinel):\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#@]+)(?:\/(?<db>\d*))?(?:\?(?<query>[^#]*))?$/u

/** The client takes more parameters; those that are only its own concern are passed over. */
export function readUrl(url: string): DeploymentUrl {
  const { scheme, user, password, hosts, db, query } = SHAPE.exec(url)?.groups ?? {}
  if (hosts === undefined) {
    throw new UsageError(
      'The URL must be redis-sentinel://user:password@host:port,host:port/db?masters=a,b ' +
        '(rediss-sentinel:// for TLS), special characters of user and password percent-encoded',
    )
  }
  const parameters = new URLSearchParams(query ?? '')
  const parameter = (name: string) => parameters.get(name) ?? undefined
  return {
    hosts,
    isTls: scheme === 'rediss-sentinel',
    username: user ? decode('user', user) : undefined,
    password: password === undefined ? undefined : decode('password', password),
    db: db ? Number(db) : undefined,
    masters: parameter('masters'),
    sentinelUsername: parameter('sentinelUsername'),
    sentinelPassword: parameter('sentinelPassword'),
    keyPrefix: parameter('keyPrefix'),
  }
}

function decode(part: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw new UsageError(`The ${part} of the URL is not percent-encoded correctly`)
  }
}
