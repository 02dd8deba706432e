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
