import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where an installed server lives: `DISREDIS_CACHE`, or `disredis` below the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.DISREDIS_CACHE) return env.DISREDIS_CACHE
  // XDG Base Directory: an empty variable counts as unset.
  return join(env.XDG_CACHE_HOME ? env.XDG_CACHE_HOME : join(homedir(), '.cache'), 'disredis')
}

/** The installed server's folder. It appears complete, by a rename, or not at all. */
export function installedFolder(env?: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'server')
}
