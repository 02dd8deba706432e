// @ts-expect-error: a script of the repository, without types
import { knownServer } from '../../../scripts/servers/known-servers.mjs'
// @ts-expect-error: a script of the repository, without types
import { serverPath } from '../../../scripts/servers/server-path.mjs'

/** Path of a server of a release, `redis-8.0`; it is unpacked into the cache folder when it is not there. */
export function releasedServer(name: string): Promise<string> {
  return serverPath(knownServer(name))
}
