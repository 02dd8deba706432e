import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The folder into which packages of Debian are unpacked, once, below the cache folder: it needs no root
 * and changes nothing else.
 */
export async function unpackedPackages(name: string, packages: readonly string[]): Promise<string> {
  const { DISREDIS_CACHE, XDG_CACHE_HOME } = process.env
  const cache = DISREDIS_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'disredis')
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, `install-${name}-`))
  try {
    await run('apt-get', ['download', ...packages], { cwd: work })
    for (const file of (await readdir(work)).filter((one) => one.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(work, file), join(work, 'root')])
    }
    // A rename: whoever looks meanwhile sees all of it or nothing.
    await rename(join(work, 'root'), folder)
  } catch (error) {
    // Another one may have been faster.
    if (!existsSync(folder)) throw error
  } finally {
    await rm(work, { recursive: true })
  }
  return folder
}
