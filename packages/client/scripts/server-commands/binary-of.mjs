import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { debianRedis } from './debian-redis.mjs'

/**
 * The path of a server: `debian:trixie` is unpacked below the cache folder when it is first asked for. It is
 * safe to ask twice at once.
 *
 * @param {string} server
 * @returns {Promise<string>}
 */
export async function binaryOf(server) {
  if (!server.startsWith('debian:')) return server
  const release = server.slice('debian:'.length)
  const cache = process.env.DISREDIS_CACHE ?? join(homedir(), '.cache/disredis')
  const launcher = join(cache, release, 'redis-server')
  if (existsSync(launcher)) return launcher
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'install-'))
  try {
    await debianRedis(release, folder)
    renameSync(folder, join(cache, release))
  } catch (error) {
    // Another one may have been faster.
    if (!existsSync(launcher)) throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return launcher
}
