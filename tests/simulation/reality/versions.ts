import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Servers that the model is compared with: those that are there beside the fleet's own. */
export interface ServerVersion {
  readonly name: string
  /** Undefined: the one that fleets use by default. */
  readonly server: string | undefined
}

const cache =
  process.env.DISREDIS_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'disredis')

const others = ['redis-8.0', 'valkey-8.1', 'valkey-9.1'].flatMap((name): ServerVersion[] => {
  const server = join(cache, name, `${name.split('-')[0]}-server`)
  return existsSync(server) ? [{ name, server }] : []
})

export const serverVersions: readonly ServerVersion[] = [
  { name: 'the default server', server: undefined },
  ...others,
]
