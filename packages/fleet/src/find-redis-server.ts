import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installedFolder } from './cache-folder.js'
import { FleetError } from './fleet-error.js'
import {
  inspectServer,
  isSupported,
  type ServerBinary,
  supportedVersions,
} from './server-binary.js'

/** Names of a server that can also run as Sentinel, in the order of preference. */
export const SERVER_NAMES = ['redis-server', 'valkey-server'] as const

/**
 * Looks for a redis-server >= 6.2 or valkey-server >= 7.2: `DISREDIS_REDIS_SERVER` (a path), then
 * PATH, then what `installRedisServer` has installed. Undefined when there is none.
 *
 * @throws FleetError `DISREDIS_FLEET_SERVER_NOT_FOUND` when `DISREDIS_REDIS_SERVER` names something else.
 */
export async function findRedisServer(): Promise<ServerBinary | undefined> {
  const given = process.env.DISREDIS_REDIS_SERVER
  if (given) return useServer(given, 'DISREDIS_REDIS_SERVER')
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  for (const folder of [...folders, join(installedFolder(), 'bin')]) {
    for (const name of SERVER_NAMES) {
      const binary = await tryServer(join(folder, name))
      if (binary !== undefined) return binary
    }
  }
  return undefined
}

/**
 * The server that someone asked for by its path.
 *
 * @param source who asked, for the message.
 * @throws FleetError `DISREDIS_FLEET_SERVER_NOT_FOUND` when it cannot be used.
 */
export async function useServer(path: string, source: string): Promise<ServerBinary> {
  const refuse = (reason: string, cause?: unknown) =>
    new FleetError('DISREDIS_FLEET_SERVER_NOT_FOUND', `${source} is ${path}: ${reason}`, { cause })
  let binary: ServerBinary
  try {
    binary = await inspectServer(path)
  } catch (cause) {
    throw refuse(`cannot be used (${cause instanceof Error ? cause.message : cause})`, cause)
  }
  if (isSupported(binary)) return binary
  throw refuse(`${binary.flavour} ${binary.version} is too old; you need ${supportedVersions}`)
}

/** Undefined for what is missing, does not run, or is too old: the next candidate may be better. */
export async function tryServer(path: string): Promise<ServerBinary | undefined> {
  try {
    accessSync(path, constants.X_OK)
    const binary = await inspectServer(path)
    return isSupported(binary) ? binary : undefined
  } catch {
    return undefined
  }
}
