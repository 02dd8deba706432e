import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { downloadServerPackages, isFailure, unpackPackages } from './apt-packages.js'
import { cacheFolder, installedFolder } from './cache-folder.js'
import { findRedisServer, SERVER_NAMES, tryServer } from './find-redis-server.js'
import { FleetError } from './fleet-error.js'
import { detectSystem, installAdvice } from './install-advice.js'
import {
  inspectServer,
  isSupported,
  type ServerBinary,
  supportedVersions,
} from './server-binary.js'

export interface InstallOptions {
  /** Called with a line for people at each step that takes a while. */
  readonly onProgress?: (message: string) => void
}

/**
 * A server that can be used: found (`findRedisServer`) or else installed (`installRedisServer`).
 *
 * @throws FleetError that says how to install one.
 */
export async function ensureRedisServer(options: InstallOptions = {}): Promise<ServerBinary> {
  return (await findRedisServer()) ?? installRedisServer(options)
}

/**
 * Gets a server from the packages of Debian, Ubuntu and their like, with the libraries that the
 * system lacks, into the cache folder (`DISREDIS_CACHE`, `XDG_CACHE_HOME/disredis`,
 * `~/.cache/disredis`). It needs no root and changes nothing else. It is safe to run twice at once.
 *
 * @throws FleetError `DISREDIS_FLEET_SERVER_NOT_FOUND` on other systems, with the command to type;
 * `DISREDIS_FLEET_INSTALL` when the packages cannot be had or are too old.
 */
export async function installRedisServer(options: InstallOptions = {}): Promise<ServerBinary> {
  const { onProgress = () => {} } = options
  const system = detectSystem()
  if (system !== 'debian') {
    throw new FleetError('DISREDIS_FLEET_SERVER_NOT_FOUND', `Found no ${howTo()}`)
  }
  mkdirSync(cacheFolder(), { recursive: true })
  const folder = mkdtempSync(join(cacheFolder(), 'install-'))
  try {
    const packages = await downloadServerPackages(folder, onProgress)
    if (isFailure(packages)) {
      const log = packages.map(({ command, output }) => `${command}\n${output}`).join('\n')
      const message = `The packages of this distribution contain no ${howTo()}`
      throw new FleetError('DISREDIS_FLEET_INSTALL', message, { log })
    }
    const built = join(folder, 'server')
    await unpackPackages(packages, join(built, 'root'))
    writeLaunchers(built)
    await checkServer(built)
    await moveIntoPlace(built)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const binary = await installedServer(installedFolder())
  if (binary === undefined) {
    const message = `${installedFolder()} was changed while a server was installed there; try again`
    throw new FleetError('DISREDIS_FLEET_INSTALL', message)
  }
  onProgress(`Installed ${binary.flavour} ${binary.version} in ${installedFolder()}`)
  return binary
}

function howTo(): string {
  return [
    `${supportedVersions}. To install one: ${installAdvice(detectSystem())}.`,
    'Or set DISREDIS_REDIS_SERVER to the path of one.',
  ].join(' ')
}

async function installedServer(folder: string): Promise<ServerBinary | undefined> {
  for (const name of SERVER_NAMES) {
    const binary = await tryServer(join(folder, 'bin', name))
    if (binary !== undefined) return binary
  }
  return undefined
}

/** `bin/redis-server` and its like: the unpacked program with the unpacked libraries. */
function writeLaunchers(folder: string): void {
  const root = join(folder, 'root')
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
  const libraries = files
    .filter((file) => file.name.includes('.so'))
    .map((file) => `$root/${relative(root, file.parentPath)}`)
  mkdirSync(join(folder, 'bin'))
  for (const program of [...SERVER_NAMES, 'redis-cli', 'valkey-cli']) {
    if (!existsSync(join(root, 'usr/bin', program))) continue
    const launcher = join(folder, 'bin', program)
    const path = [...new Set(libraries)].join(':')
    writeFileSync(
      launcher,
      [
        '#!/bin/sh',
        `root=$(cd "\${0%/*}/../root" && pwd)`,
        `export LD_LIBRARY_PATH="${path}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
        `exec "$root/usr/bin/${program}" "$@"`, // exec: the process id stays the launcher's
        '',
      ].join('\n'),
    )
    chmodSync(launcher, 0o755)
  }
}

async function checkServer(folder: string): Promise<void> {
  const name = SERVER_NAMES.find((candidate) => existsSync(join(folder, 'bin', candidate)))
  if (name === undefined) {
    throw new FleetError('DISREDIS_FLEET_INSTALL', 'The packages contain no server program')
  }
  const binary = await inspectServer(join(folder, 'bin', name))
  if (isSupported(binary)) return
  const message = `This distribution has ${binary.flavour} ${binary.version}; you need ${supportedVersions}`
  throw new FleetError(
    'DISREDIS_FLEET_INSTALL',
    `${message}. Set DISREDIS_REDIS_SERVER to a newer one.`,
  )
}

/** A rename: nobody ever sees half a server. Another installer may have been faster. */
async function moveIntoPlace(built: string): Promise<void> {
  const target = installedFolder()
  if (existsSync(target) && (await installedServer(target)) === undefined) {
    // It no longer runs, say after an upgrade of the system. Others may be just replacing it too.
    moveAside(target, join(dirname(built), 'old'))
  }
  try {
    renameSync(built, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}

function moveAside(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
