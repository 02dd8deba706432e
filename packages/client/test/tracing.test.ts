import { tracingChannel } from 'node:diagnostics_channel'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

test("who listens to ioredis's tracing channel hears of every command", async () => {
  const heard: unknown[] = []
  const start = (context: unknown) => heard.push((context as { command: string }).command)
  const subscribers = { start, end() {}, asyncStart() {}, asyncEnd() {}, error() {} }
  const channel = tracingChannel('ioredis:command')
  await redis.set('trace:a', '1')
  channel.subscribe(subscribers)
  await redis.get('trace:a')
  await redis.incr('trace:a')
  channel.unsubscribe(subscribers)
  expect(await redis.get('trace:a')).toBe('2')
  expect(heard).toEqual(['get', 'incr'])
})

test('the context has the shape of ioredis, and shows of the arguments what is no payload', async () => {
  const secret = 'payload'
  const contexts: unknown[] = []
  const settled: string[] = []
  const subscribers = {
    start: (context: unknown) => void contexts.push(context),
    end() {},
    asyncStart() {},
    asyncEnd: (context: unknown) => void settled.push((context as { command: string }).command),
    error: (context: unknown) => void settled.push(`failed: ${(context as Error).name}`),
  }
  const channel = tracingChannel('ioredis:command')
  channel.subscribe(subscribers)
  await redis.set('trace:b', secret)
  await redis.hset('trace:h', 'field', secret)
  await redis.get('trace:b')
  await redis.eval('return ARGV[1]', 1, 'trace:b', secret)
  await redis.echo(secret)
  await redis
    .shard('shard-1')
    .call('NO.SUCH', secret)
    .catch(() => {})
  channel.unsubscribe(subscribers)
  const { host, port } = fleet.master().address
  const node = { database: 0, serverAddress: host, serverPort: port }
  expect(contexts).toMatchObject([
    { ...node, command: 'set', args: ['trace:b', '?'] },
    { ...node, command: 'hset', args: ['trace:h', 'field', '?'] },
    { ...node, command: 'get', args: ['trace:b'] },
    { ...node, command: 'eval', args: ['?', '?', '?', '?'] },
    { ...node, command: 'echo', args: ['?'] },
    { ...node, command: 'NO.SUCH', args: ['?'] },
  ])
  expect(settled.slice(0, 5)).toEqual(['set', 'hset', 'get', 'eval', 'echo'])
})
