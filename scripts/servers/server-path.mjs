import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { debianServer } from './debian-server.mjs'

/**
 * The path of a server, which is unpacked below the cache folder when it is first asked for. It is safe to
 * ask twice at once.
 *
 * @param {import('./known-servers.mjs').KnownServer} server
 * @returns {Promise<string>}
 */
export async function serverPath(server) {
  const { DISREDIS_CACHE, XDG_CACHE_HOME } = process.env
  const cache = DISREDIS_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'disredis')
  const launcher = join(cache, server.name, server.package)
  if (existsSync(launcher)) return launcher
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'install-'))
  try {
    await debianServer(server, folder)
    for (const left of ['lists', 'cache']) rmSync(join(folder, left), { recursive: true })
    renameSync(folder, join(cache, server.name))
  } catch (error) {
    // Another one may have been faster.
    if (!existsSync(launcher)) throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return launcher
}
