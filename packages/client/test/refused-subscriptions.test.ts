import { once } from 'node:events'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({
    masters: 3,
    replicas: 0,
    sentinels: 1,
    downAfter: 60_000,
    users: ['app on >secret ~* resetchannels &open:* &open:1 &open:2 +@all'],
  })
})

afterAll(async () => {
  await fleet?.close()
})

function connect(): Promise<Disredis> {
  return Disredis.connect({ sentinels: fleet.sentinels, username: 'app', password: 'secret' })
}

test.each(['subscribe', 'psubscribe', 'ssubscribe'] as const)(
  'what the server refuses rejects with its reason, first or later: %s',
  async (method) => {
    await using redis = await connect()
    const refused = { name: 'ReplyError', message: expect.stringMatching(/^NOPERM/) }
    const error = await redis[method]('closed').catch((e: Error) => e)
    expect(error).toMatchObject({ ...refused, command: { name: method } })
    expect(JSON.stringify(error)).not.toContain('closed')
    // Nothing is left of it that would be tried again.
    expect(await redis[method]('open:1')).toBe(1)
    await expect(redis[method]('closed')).rejects.toMatchObject(refused)
    await expect(redis[method]('open:1', 'closed')).rejects.toMatchObject(refused)
    expect(await redis[method]('open:2')).toBe(2)
  },
)

test('a refusal leaves what was subscribed before as it was', async () => {
  await using redis = await connect()
  const heard: string[] = []
  redis.on('message', (_channel, message) => heard.push(message))
  await redis.subscribe('open:{x}1')
  await expect(redis.subscribe('open:{x}1', 'closed:{x}')).rejects.toThrow('NOPERM')
  expect(await redis.publish('open:{x}1', 'still there')).toBe(1)
  await expect.poll(() => heard).toEqual(['still there'])
})

test('a right that is taken away costs its own channel only, and is told', async () => {
  await using redis = await connect()
  const names = ['open:{y}1', 'open:{y}2', 'open:{y}3']
  const heard: string[] = []
  redis.on('message', (channel) => heard.push(channel))
  await redis.subscribe(...names)
  const master = fleet.master(redis.explain(names[0]!).shard)
  const told = once(redis, 'error')
  const restored = new Promise((resolve) => redis.once('subscriptionsRestored', resolve))
  try {
    // The server closes the connections of those who lose a right.
    await master.command('ACL', 'SETUSER', 'app', 'resetchannels', '&open:{y}1', '&open:{y}3')
    expect(await told).toMatchObject([{ message: expect.stringMatching(/^NOPERM/) }])
    await restored
    await using publisher = await Disredis.connect({ sentinels: fleet.sentinels })
    for (const name of names) await publisher.publish(name, 'x')
    await expect.poll(() => heard).toEqual([names[0], names[2]])
  } finally {
    await master.command('ACL', 'SETUSER', 'app', 'resetchannels', '&open:*')
  }
})
