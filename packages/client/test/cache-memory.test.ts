import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CachedHandle, Disredis } from '../src/index.js'

let fleet: Fleet

beforeAll(async () => {
  setFlagsFromString('--expose-gc')
  fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
})

afterAll(() => fleet?.close())

function collectGarbage(): void {
  runInNewContext('gc')()
}

function usedMemory(): number {
  collectGarbage()
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const fields = Array.from({ length: 20 }, (_, i) => `field:${i}`)
const entries = 20_000

const shapes: [
  what: string,
  write: (redis: Disredis, key: string) => Promise<unknown>,
  read: (cached: CachedHandle, key: string) => Promise<unknown>,
][] = [
  ['nothing', async () => {}, (it, key) => it.get(key)],
  ['short text', (it, key) => it.set(key, 'v'), (it, key) => it.get(key)],
  ['1 KB', (it, key) => it.set(key, 'v'.repeat(1024)), (it, key) => it.get(key)],
  ['text that is not ASCII', (it, key) => it.set(key, 'ж'.repeat(200)), (it, key) => it.get(key)],
  ['buffers', (it, key) => it.set(key, 'v'.repeat(100)), (it, key) => it.getBuffer(key)],
  [
    'hashes',
    (it, key) => it.hset(key, Object.fromEntries(fields.map((field) => [field, `of ${key}`]))),
    (it, key) => it.hgetall(key),
  ],
  [
    'fields of hashes',
    (it, key) => it.hset(key, { a: key, b: key }),
    (it, key) => Promise.all([it.hget(key, 'a'), it.hget(key, 'b'), it.hmget(key, 'a', 'b')]),
  ],
  ['lists', (it, key) => it.rpush(key, key, key, key), (it, key) => it.lrange(key, 0, -1)],
]

test.each(shapes)(
  '%s: the bytes that are counted are those that are taken',
  async (_, write, read) => {
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      cache: { maxBytes: 1e9 },
    })
    await redis.flushall()
    const keys = Array.from({ length: entries }, (_, i) => `{k}:${String(i).padStart(12, '0')}`)
    const inBatches = async (work: (key: string) => Promise<unknown>) => {
      for (let i = 0; i < keys.length; i += 2000) {
        await Promise.all(keys.slice(i, i + 2000).map(work))
      }
    }
    await inBatches((key) => write(redis, key))
    const cached = redis.cached()
    await read(cached, '{k}:warm')
    const before = usedMemory()
    // Keys of its own: those of the test are there already.
    await inBatches((key) => read(cached, Buffer.from(key).toString('latin1')))
    const taken = usedMemory() - before
    const { bytes } = redis.health().cache!
    expect(bytes).toBeGreaterThan(taken * 0.9)
    expect(bytes).toBeLessThan(taken * 3)
  },
)
