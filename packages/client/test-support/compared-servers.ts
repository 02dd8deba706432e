import { ensureRedisServer } from '@disredis/fleet'
// @ts-expect-error: a script of the repository, without types
import { knownServer } from '../../../scripts/servers/known-servers.mjs'
// @ts-expect-error: a script of the repository, without types
import { serverPath } from '../../../scripts/servers/server-path.mjs'

/** The versions that the table of commands is of. */
const wanted = ['7.0', '8.0']

export interface ComparedServer {
  /** `redis 7.0.15` */
  readonly name: string
  readonly path: string
}

/**
 * Servers to compare on: the one that tests use anyway, and Redis 7.0 and 8.0, which are
 * unpacked into the cache folder where Debian's packages can be had.
 */
export async function comparedServers(): Promise<ComparedServer[]> {
  const { flavour, version, path } = await ensureRedisServer()
  const servers = [{ name: `${flavour} ${version}`, path }]
  for (const version of wanted) {
    const name = `redis ${version}`
    if (servers.some((it) => it.name.startsWith(`${name}.`))) continue
    try {
      servers.push({ name, path: await serverPath(knownServer(`redis-${version}`)) })
    } catch (error) {
      console.warn(`Not compared with Redis ${version}: ${(error as Error).message}`)
    }
  }
  return servers
}
