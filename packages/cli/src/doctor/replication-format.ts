/** RDB formats by the first release that writes them: a server loads no newer one than its own. */
const redisFormats: readonly (readonly [string, number])[] = [
  ['7.4', 12],
  ['7.2', 11],
  ['7.0', 10],
  ['5.0', 9],
  ['0.0', 8],
]

/** Valkey 9 numbers its formats from 80, so that it and Redis 7.4 refuse each other's. */
const valkeyFormats: readonly (readonly [string, number])[] = [
  ['9.0', 80],
  ['0.0', 11],
]

export interface ServerVersion {
  readonly flavour: 'Redis' | 'Valkey'
  readonly version: string
}

export function serverVersion(info: ReadonlyMap<string, string>): ServerVersion | undefined {
  const valkey = info.get('valkey_version')
  if (valkey !== undefined) return { flavour: 'Valkey', version: valkey }
  const redis = info.get('redis_version')
  return redis === undefined ? undefined : { flavour: 'Redis', version: redis }
}

/** The RDB format in which a master of this version sends its data to a replica. */
export function replicationFormat({ flavour, version }: ServerVersion): number {
  const formats = flavour === 'Valkey' ? valkeyFormats : redisFormats
  return formats.find(([since]) => isSince(version, since))?.[1] ?? 0
}

function isSince(version: string, since: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number)
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor)
}
