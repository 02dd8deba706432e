import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { unpackedPackages } from '../debian/unpacked-packages.js'

const packages = ['supervisor', 'python3-pkg-resources', 'python3-setuptools']

/** The command of Debian's supervisord, installed or unpacked. */
export async function supervisord(): Promise<readonly string[]> {
  if (existsSync('/usr/bin/supervisord')) return ['/usr/bin/supervisord']
  const folder = await unpackedPackages('supervisor', packages)
  const path = join(folder, 'usr/lib/python3/dist-packages')
  return ['env', `PYTHONPATH=${path}`, 'python3', join(folder, 'usr/bin/supervisord')]
}
