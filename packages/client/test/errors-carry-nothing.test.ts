import { inspect } from 'node:util'
import { type Fleet, startFleet } from '@disredis/fleet'
import { Command } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 1, downAfter: 60_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 60_000 })
  await redis.set('text', 'x')
  await fleet.waitForSync()
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

const secret = 'payload or password'
const secrets = Array.from({ length: 12 }, (_, i) => `${i} ${secret}`)

/** What a batch tells of its only command. */
async function only(results: Promise<unknown>): Promise<never> {
  throw ((await results) as [error: Error][])[0]![0]
}

const failing: Record<string, () => Promise<unknown>> = {
  'a reply': () => redis.hget('text', secret),
  'a reply in buffers': () => redis.hgetBuffer('text', Buffer.from(secret)),
  'a pipeline': () => only(redis.pipeline().hget('text', secret).exec()),
  'a transaction': () => only(redis.multi().hget('text', secret).exec()),
  EXECABORT: () => redis.multi().call('SET', secret).exec(),
  'an inline transaction': () => {
    const pipeline = redis.pipeline().multi().hget('text', secret) as unknown as {
      exec(): { exec(): Promise<[null, [Error]][]> }
    }
    return pipeline
      .exec()
      .exec()
      .then((results) => Promise.reject(results[2]![1][0]))
  },
  'transaction()': () => redis.transaction(['text'], (tx) => tx.hget('text', secret)),
  'transaction() elsewhere': () => redis.transaction(secrets, async () => 1),
  'a durable write': () => redis.durable({ replicas: 1, timeout: 1000 }).lpush('text', secret),
  'a replica': () => redis.with({ readFrom: 'replica' }).hget('text', secret),
  'a blocking command': () => redis.blpop('text', secret),
  'a script': () => redis.eval("return redis.call('HGET', KEYS[1], ARGV[1])", 1, 'text', secret),
  'a scan': () => redis.hscan('text', secret),
  'a scan of all': () => redis.scan(secret),
  'a foreign command': () => redis.sendCommand(new Command('hget', ['text', secret])),
  'an unknown command': () => redis.shard('shard-1').call('NO.SUCH', secret),
  'an unknown command in MULTI': () => redis.shard('shard-1').multi().call('NOSUCH', secret).exec(),
  'a command that is not routable': () => redis.call('NO.SUCH', secret),
  'keys apart': () => redis.sinter(...secrets),
  'a command for all shards': () => redis.acl('SETUSER', 'app', `<${secret}`),
  'a part of a command': () => redis.call('MSET', ...secrets.slice(1)),
  'a subscription': () => redis.with({ timeout: 5000 }).call('SUBSCRIBE', secret),
}

test.each(Object.entries(failing))('of %s the error tells no argument', async (_name, fail) => {
  const error = await fail().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Error)
  expect(inspect(error, { showHidden: true, depth: 20, maxStringLength: null })).not.toContain(
    secret,
  )
})

test('of what has no reply the error tells no argument', async () => {
  const master = fleet.master('shard-1')
  await master.pause()
  try {
    const hasty = redis.with({ timeout: 300 })
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`)
    const pairs = keys.flatMap((key) => [key, secret])
    // The first is sent, and the second waits, by then.
    for (const fails of [hasty.mset(...pairs), hasty.mset(...pairs)]) {
      const error = await fails.catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'DISREDIS_PARTIAL_FAILURE' })
      expect(inspect(error, { showHidden: true, depth: 20 })).not.toContain(secret)
    }
  } finally {
    await master.resume()
  }
})
