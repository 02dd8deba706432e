import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cacheFolder } from './cache-folder.js'
import { findRedisServer } from './find-redis-server.js'

const folder = mkdtempSync(join(tmpdir(), 'disredis-find-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(() => {
  vi.stubEnv('DISREDIS_REDIS_SERVER', '')
  vi.stubEnv('DISREDIS_CACHE', join(folder, 'empty'))
  // A shell for the scripts below; whatever servers the machine has are out of sight.
  vi.stubEnv('PATH', [join(folder, 'a'), '', join(folder, 'b')].join(':'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  for (const name of ['a', 'b', 'cache'])
    rmSync(join(folder, name), { recursive: true, force: true })
})

/** A program that only knows its version: all that looking for a server asks of it. */
function program(path: string, answer: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\necho "${answer}"\n`)
  chmodSync(file, 0o755)
  return file
}

const redis = (version: string) =>
  `Redis server v=${version} sha=00000000:0 malloc=jemalloc bits=64`
const valkey = (version: string) =>
  `Valkey server v=${version} sha=00000000:0 malloc=jemalloc bits=64`

test('nothing found is undefined', async () => {
  expect(await findRedisServer()).toBeUndefined()
})

test('the first supported server on PATH is taken; older ones and what does not run are passed over', async () => {
  program('a/redis-server', redis('6.0.16'))
  program('a/valkey-server', 'cannot open libfoo.so')
  const path = program('b/valkey-server', valkey('7.2.5'))
  expect(await findRedisServer()).toEqual({
    path,
    flavour: 'valkey',
    version: '7.2.5',
    major: 7,
    minor: 2,
  })
  const first = program('a/redis-server', redis('6.2.0'))
  expect(await findRedisServer()).toMatchObject({ path: first, flavour: 'redis', version: '6.2.0' })
})

test('a Valkey that calls itself redis-server is measured as a Valkey', async () => {
  program('a/redis-server', valkey('7.1.0'))
  expect(await findRedisServer()).toBeUndefined()
})

test('an installed server comes after PATH', async () => {
  vi.stubEnv('DISREDIS_CACHE', join(folder, 'cache'))
  const installed = program('cache/server/bin/redis-server', redis('7.0.15'))
  expect(await findRedisServer()).toMatchObject({ path: installed })
  const onPath = program('b/redis-server', redis('8.0.2'))
  expect(await findRedisServer()).toMatchObject({ path: onPath, major: 8 })
})

test('DISREDIS_REDIS_SERVER wins, and is an error when it cannot be used', async () => {
  program('a/redis-server', redis('7.0.15'))
  const given = program('elsewhere/my-redis', redis('7.4.1'))
  vi.stubEnv('DISREDIS_REDIS_SERVER', given)
  expect(await findRedisServer()).toMatchObject({ path: given, version: '7.4.1' })

  const refusals = {
    '/nowhere/redis-server':
      /DISREDIS_REDIS_SERVER is \/nowhere\/redis-server: cannot be used .*ENOENT/,
    [program('elsewhere/old', redis('5.0.14'))]:
      /redis 5\.0\.14 is too old; you need redis-server >= 6\.2/,
    [program('elsewhere/other', 'hello')]: /it answers --version with "hello/,
  }
  for (const [path, message] of Object.entries(refusals)) {
    vi.stubEnv('DISREDIS_REDIS_SERVER', path)
    await expect(findRedisServer()).rejects.toMatchObject({
      code: 'DISREDIS_FLEET_SERVER_NOT_FOUND',
      message: expect.stringMatching(message),
    })
  }
})

test('the cache is DISREDIS_CACHE, else disredis in XDG_CACHE_HOME, else in ~/.cache', () => {
  expect(cacheFolder({ DISREDIS_CACHE: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c')
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/disredis')
  expect(cacheFolder({ XDG_CACHE_HOME: '' })).toMatch(/\/\.cache\/disredis$/)
})
