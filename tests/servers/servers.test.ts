import { Disredis } from '@disredis/client'
import { startFleet } from '@disredis/fleet'
import { describe, expect, test } from 'vitest'
import { knownServers } from '../../scripts/servers/known-servers.mjs'
import { serverPath } from '../../scripts/servers/server-path.mjs'
import { hasDebianPackages } from './has-debian-packages.js'

const keys = Array.from({ length: 100 }, (_, i) => `key-${i}`)

/** What may differ between servers, in short; `npm run test:servers` runs everything on each of them. */
describe.runIf(hasDebianPackages).each(knownServers)('$name', (server) => {
  test('serves commands, pub/sub and scripts, and is followed through both kinds of failover', async () => {
    const path = await serverPath(server)
    await using fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3, server: path })
    await using redis = await Disredis.connect(fleet.sentinels)
    await using subscriber = redis.duplicate()
    const heard = new Promise((resolve) => subscriber.once('message', (...all) => resolve(all)))
    await subscriber.subscribe('news')
    await redis.publish('news', 'hello')
    expect(await heard).toEqual(['news', 'hello'])
    const [planned, lost] = fleet.masters as readonly [string, string]
    const keyOf = (shard: string) =>
      keys.find((key) => redis.explain(key).shard === shard) as string
    const [a, b] = [keyOf(planned), keyOf(lost)]
    expect(await redis.eval('return redis.call("SET", KEYS[1], ARGV[1])', 1, a, '1')).toBe('OK')
    expect(await redis.set(b, '1')).toBe('OK')
    expect(await versionOf(redis, planned)).toContain(server.name.split('-')[1])

    await fleet.waitForSync(lost)
    await fleet.failover(planned)
    await fleet.master(lost).kill()
    expect(await redis.set(a, '2')).toBe('OK')
    expect(await redis.get(b)).toBe('1')
    expect(await redis.set(b, '2')).toBe('OK')
    expect([await redis.get(a), await redis.get(b)]).toEqual(['2', '2'])
  })
})

async function versionOf(redis: Disredis, shard: string): Promise<string> {
  const info = await redis.shard(shard).info('server')
  const [, version] = /^(?:valkey_version|redis_version):(\S+)/m.exec(valkeyFirst(info)) ?? []
  return version ?? info
}

/** Valkey says the version of Redis that it is compatible with, too. */
function valkeyFirst(info: string): string {
  return /valkey_version/.test(info) ? info.replace(/^redis_version.*$/m, '') : info
}
