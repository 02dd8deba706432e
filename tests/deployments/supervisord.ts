import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const packages = ['supervisor', 'python3-pkg-resources', 'python3-setuptools']

/**
 * The command of Debian's supervisord: an installed one, or its packages unpacked once into the cache
 * folder, which needs no root.
 */
export async function supervisord(): Promise<readonly string[]> {
  if (existsSync('/usr/bin/supervisord')) return ['/usr/bin/supervisord']
  const { DISREDIS_CACHE, XDG_CACHE_HOME } = process.env
  const cache = DISREDIS_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'disredis')
  const folder = join(cache, 'supervisor')
  if (!existsSync(folder)) await unpack(cache, folder)
  const path = join(folder, 'usr/lib/python3/dist-packages')
  return ['env', `PYTHONPATH=${path}`, 'python3', join(folder, 'usr/bin/supervisord')]
}

async function unpack(cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'install-supervisor-'))
  try {
    await run('apt-get', ['download', ...packages], { cwd: work })
    for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(work, file), join(work, 'root')])
    }
    // A rename: whoever looks meanwhile sees all of it or nothing.
    await rename(join(work, 'root'), folder)
  } finally {
    await rm(work, { recursive: true })
  }
}
