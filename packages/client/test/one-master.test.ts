import { type Fleet, startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis, NotRoutableError } from '../src/index.js'

let fleet: Fleet
let redis: Disredis
let theirs: Redis

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
  theirs = new Redis(fleet.master().address)
})

afterAll(async () => {
  theirs?.disconnect()
  await redis?.close()
  await fleet?.close()
})

type Commander = Record<string, (...args: unknown[]) => Promise<unknown>>

async function outcome(reply: Promise<unknown>): Promise<unknown> {
  return reply.catch(({ name, message }: Error) => ({ name, message }))
}

describe('with one master', () => {
  test.each<[string, ...unknown[]]>([
    ['config', 'GET', 'maxmemory'],
    ['object', 'HELP'],
    ['memory', 'HELP'],
    ['function', 'LIST'],
    ['lastsave'],
    ['lolwut', 'VERSION', 5, 1, 1, 1],
    ['pubsub', 'NUMPAT'],
    ['eval', 'return {ARGV[1]}', 0, 'x'],
    ['evalBuffer', 'return ARGV[1]', 0, 'x'],
    ['fcall', 'nosuch', 0],
    ['acl', 'WHOAMI'],
    ['command', 'COUNT'],
    ['call', 'GET'],
    ['del'],
    ['mget', []],
    ['blpop', 0.01],
  ])('what has no key is for that one: %s %j', async (name, ...args) => {
    const call = (client: unknown) => outcome((client as Commander)[name]!(...args))
    expect(await call(redis)).toEqual(await call(theirs))
  })

  test('a command that only the server knows is for that one', async () => {
    await expect(redis.call('NO.SUCH', 'k')).rejects.toThrow("unknown command 'NO.SUCH'")
  })

  test('every key lives with every other', async () => {
    await redis.mset({ a: '1', b: '2' })
    expect(await redis.rename('a', 'c')).toBe('OK')
    expect(await redis.multi().get('b').get('c').dbsize().ping().time().exec()).toEqual([
      [null, '2'],
      [null, '1'],
      [null, 2],
      [null, 'PONG'],
      [null, expect.any(Array)],
    ])
    expect(await redis.multi().ping().exec()).toEqual([[null, 'PONG']])
    expect(await redis.pipeline().info('server').time().exec()).toMatchObject([
      [null, expect.stringContaining('redis_version')],
      [null, expect.any(Array)],
    ])
    redis.defineCommand('keyless', { lua: 'return 7', numberOfKeys: 0 })
    const keyless = redis as unknown as { keyless(): Promise<number> }
    expect(await keyless.keyless()).toBe(7)
  })

  test('what would change the connection of others is refused all the same', async () => {
    await expect(redis.select(1)).rejects.toBeInstanceOf(NotRoutableError)
    await expect(redis.client('REPLY', 'OFF')).rejects.toBeInstanceOf(NotRoutableError)
    await expect(redis.multi().ping().select(1).exec()).rejects.toBeInstanceOf(NotRoutableError)
    await expect(redis.wait(1, 0)).rejects.toBeInstanceOf(NotRoutableError)
  })
})
