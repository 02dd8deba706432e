import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { npm } from './npm.js'

/** A program that a package on npm holds. */
export interface NpmBinary {
  readonly package: string
  readonly version: string
  /** In the package. */
  readonly path: string
}

/** The path of the program, downloaded once into the user's cache folder. Safe to ask for twice at once. */
export async function npmBinary({ package: name, version, path }: NpmBinary): Promise<string> {
  const { DISREDIS_CACHE, XDG_CACHE_HOME } = process.env
  const cache = DISREDIS_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'disredis')
  const file = join(cache, `${basename(path)}-${version}`)
  if (existsSync(file)) return file
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, `install-${basename(path)}-`))
  try {
    await npm(folder, 'install', '--prefix', folder, `${name}@${version}`)
    const binary = join(folder, 'node_modules', name, path)
    await chmod(binary, 0o755)
    // A rename: whoever looks meanwhile sees all of it or nothing.
    await rename(binary, file)
  } finally {
    await rm(folder, { recursive: true })
  }
  return file
}
