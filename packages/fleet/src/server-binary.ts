import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A server program that was asked for its version. */
export interface ServerBinary {
  readonly path: string
  readonly flavour: 'redis' | 'valkey'
  /** `7.0.15` */
  readonly version: string
  readonly major: number
  readonly minor: number
}

/** Oldest versions whose Sentinels have ACL users, for themselves and for each other. */
const OLDEST = { redis: [6, 2], valkey: [7, 2] } as const

export const supportedVersions = 'redis-server >= 6.2 or valkey-server >= 7.2'

const run = promisify(execFile)

/** Asks the program at `path`. Rejects when it cannot be run or is no Redis or Valkey server. */
export async function inspectServer(path: string): Promise<ServerBinary> {
  const { stdout } = await run(path, ['--version'], { timeout: 30_000 })
  const match = /^(Redis|Valkey) server v=((\d+)\.(\d+)\S*)/.exec(stdout)
  if (match === null) {
    throw new Error(`it answers --version with ${JSON.stringify(stdout.slice(0, 80))}`)
  }
  return {
    path,
    flavour: match[1] === 'Valkey' ? 'valkey' : 'redis',
    version: match[2] ?? '',
    major: Number(match[3]),
    minor: Number(match[4]),
  }
}

export function isSupported({ flavour, major, minor }: ServerBinary): boolean {
  const [oldestMajor, oldestMinor] = OLDEST[flavour]
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}
