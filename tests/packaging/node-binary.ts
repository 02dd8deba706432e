import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { npm } from './npm.js'

/** The oldest that is supported, and the later lines. */
const VERSIONS = ['20.19.0', '22.23.3', '24.19.0']

/** npm has Node.js itself for these platforms only; elsewhere the running one must do. */
export const nodeVersions: readonly string[] =
  process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
    ? VERSIONS
    : [process.versions.node]

/** The path of a Node.js of that version, downloaded once into the user's cache folder. */
export async function nodeBinary(version: string): Promise<string> {
  if (version === process.versions.node) return process.execPath
  const { DISREDIS_CACHE, XDG_CACHE_HOME } = process.env
  const cache = DISREDIS_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'disredis')
  const file = join(cache, `node-${version}`)
  if (existsSync(file)) return file
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'install-node-'))
  try {
    const name = `node-${process.platform}-${process.arch}`
    await npm(folder, 'install', '--prefix', folder, `${name}@${version}`)
    const binary = join(folder, 'node_modules', name, 'bin/node')
    await chmod(binary, 0o755)
    // A rename: whoever looks meanwhile sees all of it or nothing.
    await rename(binary, file)
  } finally {
    await rm(folder, { recursive: true })
  }
  return file
}
