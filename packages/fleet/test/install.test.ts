import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findRedisServer, installRedisServer, startFleet } from '../src/index.js'
import { detectSystem } from '../src/install-advice.js'

/**
 * apt and dpkg are real; the repository is a folder with small packages, so that no network is
 * needed and every kind of trouble can be had.
 */
describe.runIf(detectSystem() === 'debian')(
  'installing from the packages of the distribution',
  () => {
    let folder: string
    let repository: string
    const cache = () => join(folder, 'cache')
    const sources: string[] = []

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'disredis-install-'))
      repository = join(folder, 'repository')
      mkdirSync(repository)
      for (const name of ['empty', 'lists/partial'])
        mkdirSync(join(folder, name), { recursive: true })
      writeFileSync(join(folder, 'status'), '')
      sources.splice(0, sources.length, `deb [trusted=yes] copy:${repository} ./`)
      vi.stubEnv('DISREDIS_CACHE', cache())
      vi.stubEnv('DISREDIS_REDIS_SERVER', '')
      vi.stubEnv('APT_CONFIG', join(folder, 'apt.conf'))
      writeFileSync(
        join(folder, 'apt.conf'),
        [
          `Dir::Etc::sourcelist "${folder}/sources.list";`,
          `Dir::Etc::sourceparts "${folder}/empty";`,
          `Dir::State::status "${folder}/status";`,
          `Dir::State::lists "${folder}/lists";`,
        ].join('\n'),
      )
    })
    afterEach(() => {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    })

    /** A server that works only if the library of another package is on its path. */
    function publishServer(name: string, answer: string): void {
      const script = [
        '#!/bin/sh',
        'for folder in $(echo "$LD_LIBRARY_PATH" | tr : " "); do',
        `  [ -e "$folder/libneeded.so.1" ] && echo "${answer} args=$* pid=$$" && exit 0`,
        'done',
        'exit 127',
      ].join('\n')
      publish(name, { 'usr/bin/redis-server': script }, 'Depends: libneeded')
      publish('libneeded', { 'usr/lib/some-arch/libneeded.so.1': '' })
      const index = readdirSync(repository).filter((file) => file.endsWith('.control'))
      const packages = index.map((file) => readFileSync(join(repository, file), 'utf8'))
      writeFileSync(join(repository, 'Packages'), packages.join('\n'))
      writeFileSync(join(folder, 'sources.list'), `${sources.join('\n')}\n`)
    }

    function publish(name: string, files: Record<string, string>, ...fields: string[]): void {
      const root = join(folder, 'build', name)
      const control = [
        `Package: ${name}`,
        'Version: 1.0',
        'Architecture: all',
        'Maintainer: nobody <nobody@example.org>',
        'Description: for a test',
        ...fields,
      ]
      const all = { ...files, 'DEBIAN/control': `${control.join('\n')}\n` }
      for (const [path, content] of Object.entries(all)) {
        mkdirSync(join(root, path, '..'), { recursive: true })
        writeFileSync(join(root, path), content)
        chmodSync(join(root, path), 0o755)
      }
      const file = join(repository, `${name}.deb`)
      execFileSync('dpkg-deb', ['--root-owner-group', '-b', root, file], { stdio: 'ignore' })
      const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
      const entry = [
        `Filename: ./${basename(file)}`,
        `Size: ${statSync(file).size}`,
        `SHA256: ${digest}`,
      ]
      writeFileSync(join(repository, `${name}.control`), [...control, ...entry, ''].join('\n'))
    }

    test('the server and the library it needs are unpacked into the cache, and found there', async () => {
      publishServer('redis-server', 'Redis server v=7.0.15')
      const progress: string[] = []
      const binary = await installRedisServer({ onProgress: (message) => progress.push(message) })
      expect(binary).toMatchObject({ flavour: 'redis', version: '7.0.15' })
      expect(binary.path).toBe(join(cache(), 'server/bin/redis-server'))
      expect(readdirSync(cache())).toEqual(['server'])
      expect(progress).toContain('Downloading package lists')
      expect(progress.at(-1)).toBe(`Installed redis 7.0.15 in ${cache()}/server`)
      vi.stubEnv('PATH', '/usr/bin:/bin')
      if (!existsSync('/usr/bin/redis-server')) expect(await findRedisServer()).toEqual(binary)
      // Arguments arrive as they are, and the launcher's process id is the server's.
      const said = execFileSync('/bin/sh', ['-c', `echo $$; exec ${binary.path} 'a  b'`]).toString()
      const [pid] = said.split('\n')
      expect(said).toContain(`args=a  b pid=${pid}`)
    })

    test('lists that the system has are used without fetching any', async () => {
      publishServer('redis-server', 'Redis server v=7.0.15')
      const own = ['-o', `Dir::Cache=${folder}/empty`, '-o', 'Debug::NoLocking=1', '-q']
      execFileSync('apt-get', [...own, 'update'], { stdio: 'ignore' })
      const progress: string[] = []
      await installRedisServer({ onProgress: (message) => progress.push(message) })
      expect(progress).not.toContain('Downloading package lists')
      expect(progress).toHaveLength(2)
    })

    test('a source of a third party that fails does not matter', async () => {
      sources.push(
        'deb [trusted=yes] http://127.0.0.1:9/nothing ./',
        `deb file:${folder}/nowhere stable main`,
      )
      publishServer('redis-server', 'Redis server v=7.0.15')
      expect(await installRedisServer()).toMatchObject({ version: '7.0.15' })
    })

    test('where only Valkey is packaged, that is taken', async () => {
      publishServer('valkey-server', 'Valkey server v=8.0.1')
      expect(await installRedisServer()).toMatchObject({ flavour: 'valkey', version: '8.0.1' })
    })

    test('several at once end with one server, and none of them fails', async () => {
      publishServer('redis-server', 'Redis server v=7.0.15')
      const binaries = await Promise.all([1, 2, 3, 4].map(() => installRedisServer()))
      expect(new Set(binaries.map(({ path }) => path)).size).toBe(1)
      expect(readdirSync(cache())).toEqual(['server'])
    })

    test('an installed server that no longer runs is replaced', async () => {
      publishServer('redis-server', 'Redis server v=7.0.15')
      const { path } = await installRedisServer()
      writeFileSync(path, '#!/bin/sh\nexit 127\n')
      expect(await installRedisServer()).toMatchObject({ path, version: '7.0.15' })
      expect(readdirSync(cache())).toEqual(['server'])
    })

    test('packages that are too old are refused with their version', async () => {
      publishServer('redis-server', 'Redis server v=6.0.16')
      await expect(installRedisServer()).rejects.toMatchObject({
        code: 'DISREDIS_FLEET_INSTALL',
        message: expect.stringMatching(
          /redis 6\.0\.16; you need redis-server >= 6\.2 or valkey-server >= 7\.2/,
        ),
      })
      expect(readdirSync(cache())).toEqual([])
    })

    test('without a package the error says what apt said and what to do', async () => {
      writeFileSync(join(folder, 'sources.list'), `deb [trusted=yes] file:${folder}/nowhere ./\n`)
      vi.stubEnv('PATH', '/usr/sbin:/usr/bin:/sbin:/bin')
      const failing = existsSync('/usr/bin/redis-server') ? installRedisServer() : startFleet()
      await expect(failing).rejects.toMatchObject({
        code: 'DISREDIS_FLEET_INSTALL',
        log: expect.stringContaining('Unable to locate package redis-server'),
        message: expect.stringContaining('DISREDIS_REDIS_SERVER'),
      })
      expect(readdirSync(cache())).toEqual([])
    })
  },
)
