import { createHash } from 'node:crypto'
import { type Fleet, startFleet } from '@disredis/fleet'
import { Command } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

const lua = "redis.call('INCR', KEYS[1]) return redis.error_reply(ARGV[1])"
const raising = "redis.call('INCR', KEYS[1]) error(redis.error_reply(ARGV[1]))"
const sha = createHash('sha1').update(lua).digest('hex')
const library = `#!lua name=counting
redis.register_function('countAndFail', function(keys, args)
  redis.call('INCR', keys[1])
  return redis.error_reply(args[1])
end)`

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 1, downAfter: 60_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 5000 })
  redis.defineCommand('countAndFail', { numberOfKeys: 1, lua })
  await redis.script('LOAD', lua)
  await redis.function('LOAD', 'REPLACE', library)
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

beforeEach(async () => {
  await redis.del('n')
})

type Defined = { countAndFail(...args: unknown[]): Promise<unknown> }
type Batch = { countAndFail(...args: unknown[]): { exec(): Promise<unknown> } }

/** What a batch tells of its only command. */
async function only(results: Promise<unknown>): Promise<never> {
  throw ((await results) as [Error][])[0]![0]
}

const ways: Record<string, (words: string) => Promise<unknown>> = {
  eval: (words) => redis.eval(lua, 1, 'n', words),
  'eval that raises it': (words) => redis.eval(raising, 1, 'n', words),
  evalsha: (words) => redis.evalsha(sha, 1, 'n', words),
  defineCommand: (words) => (redis as unknown as Defined).countAndFail('n', words),
  fcall: (words) => redis.fcall('countAndFail', 1, 'n', words),
  'call()': (words) => redis.call('EVAL', lua, 1, 'n', words),
  'sendCommand()': (words) => redis.sendCommand(new Command('eval', [lua, 1, 'n', words])),
  'shard()': (words) => redis.shard('shard-1').eval(lua, 1, 'n', words),
  'a pipeline': (words) => only(redis.pipeline().eval(lua, 1, 'n', words).exec()),
  'a defined command in a pipeline': (words) =>
    only((redis.pipeline() as unknown as Batch).countAndFail('n', words).exec()),
  'a transaction': (words) => only(redis.multi().eval(lua, 1, 'n', words).exec()),
  'transaction()': (words) => redis.transaction(['n'], (tx) => tx.eval(lua, 1, 'n', words)),
  'a transaction in transaction()': (words) =>
    redis.transaction(['n'], (tx) => only(tx.multi().eval(lua, 1, 'n', words).exec())),
  'durable()': (words) => redis.durable({ replicas: 1, timeout: 5000 }).eval(lua, 1, 'n', words),
}

const words = [
  'LOADING another worker fills this key',
  'LOADING Redis is loading the dataset in memory',
  'LOADING Valkey is loading the dataset in memory',
  "READONLY You can't write against a read only replica.",
  `READONLY You can't write against a read only replica. script: ${sha}, on @user_script:1.`,
  'READONLY Can not run script with write flag on readonly replica',
  'NOREPLICAS Not enough good replicas to write.',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
  'EXECABORT Transaction discarded because of: NOREPLICAS Not enough good replicas to write.',
  'NOSCRIPT of my own',
]

describe.each(Object.keys(ways))('a script by %s', (way) => {
  test.each(words)('is executed once when it answers %s', async (reply) => {
    await expect(ways[way]!(reply)).rejects.toThrow(reply)
    expect(await redis.get('n')).toBe('1')
    expect(redis.health()).toMatchObject({ state: 'ok', shards: [{ phase: 'ready' }] })
  })
})

describe('a script that answers with the words of a server that does not know it', () => {
  const own = {
    numberOfKeys: 1,
    lua: "redis.call('INCR', KEYS[1]) return redis.error_reply(ARGV[1])--",
  }

  test.each(['NOSCRIPT No matching script. Please use EVAL.', 'NOSCRIPT No matching script.'])(
    'is executed once a call: %s',
    async (reply) => {
      await using other = await Disredis.connect({ sentinels: fleet.sentinels })
      other.defineCommand('saysNoScript', own)
      const call = () =>
        (other as unknown as { saysNoScript(...args: unknown[]): Promise<unknown> }).saysNoScript(
          'n',
          reply,
        )
      for (const count of ['1', '2', '3']) {
        await expect(call()).rejects.toThrow(reply)
        expect(await other.get('n')).toBe(count)
      }
    },
  )

  test('is repeated once at most when it is called by its digest', async () => {
    await using other = await Disredis.connect({ sentinels: fleet.sentinels })
    await other.script('LOAD', own.lua)
    const digest = createHash('sha1').update(own.lua).digest('hex')
    const reply = 'NOSCRIPT No matching script.'
    const call = () => other.evalsha(digest, 1, 'n', reply)
    // The first time nobody can tell who says so.
    for (const count of ['2', '3', '4']) {
      await expect(call()).rejects.toThrow(reply)
      expect(await other.get('n')).toBe(count)
    }
  })
})

describe('a refusal by the server', () => {
  const set = "return redis.call('SET', KEYS[1], ARGV[1])"

  async function refused(run: () => Promise<unknown>): Promise<unknown> {
    const master = fleet.master()
    await master.command('CONFIG', 'SET', 'min-replicas-to-write', '2')
    try {
      const result = run()
      result.catch(() => {})
      await expect.poll(() => redis.health().shards[0]?.queue.commands).toBe(1)
      await master.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
      return await result
    } finally {
      await master.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    }
  }

  test('of what a script wrote is its answer', async () => {
    const master = fleet.master()
    await master.command('CONFIG', 'SET', 'min-replicas-to-write', '2')
    try {
      await expect(redis.eval(set, 1, 'k', 'v')).rejects.toThrow('NOREPLICAS Not enough good')
    } finally {
      await master.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    }
  })

  test('is waited out where the script may be repeated', async () => {
    const repeated = redis.with({ idempotent: true })
    expect(await refused(() => repeated.eval(set, 1, 'k', 'v'))).toBe('OK')
  })

  test('is waited out by a transaction, which was not executed', async () => {
    expect(await refused(() => redis.multi().incr('n').exec())).toEqual([[null, 1]])
  })
})

test('a function that throws the words of a server is called once', async () => {
  let calls = 0
  const work = async () => {
    calls++
    throw new Error("READONLY You can't write against a read only replica.")
  }
  await expect(redis.transaction(['n'], work)).rejects.toThrow('READONLY')
  expect(calls).toBe(1)
})
