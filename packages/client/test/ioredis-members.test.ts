import { once } from 'node:events'
import { type Fleet, startFleet } from '@disredis/fleet'
import { Command } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis, NotRoutableError, SentinelsUnreachableError } from '../src/index.js'

let fleet: Fleet
let redis: Disredis

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 1, downAfter: 30_000 })
  redis = await Disredis.connect({ sentinels: fleet.sentinels })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

test('tells its status and its events in the words of ioredis', async () => {
  const told: string[] = []
  const client = new Disredis({ sentinels: fleet.sentinels, lazyConnect: true })
  for (const name of ['connect', 'ready', 'close', 'end'] as const) {
    client.on(name, () => told.push(`${name}: ${client.status}`))
  }
  expect(client.status).toBe('wait')
  const connected = new Promise((resolve) => client.connect(resolve))
  expect(client.status).toBe('connecting')
  expect(await connected).toBeNull()
  expect(client.status).toBe('ready')
  const quit = client.quit()
  expect(client.status).toBe('close')
  expect(await quit).toBe('OK')
  expect(told).toEqual(['connect: ready', 'ready: ready'])
  // They come after the promise: who waits for it may wait for them as well.
  await once(client, 'end')
  expect(told).toEqual(['connect: ready', 'ready: ready', 'close: end', 'end: end'])
})

test('calls back when it has quit', async () => {
  const client = await Disredis.connect({ sentinels: fleet.sentinels })
  expect(await new Promise((resolve) => client.quit((_, reply) => resolve(reply)))).toBe('OK')
})

test('tells what was under way at an ordinary close in the words that libraries know', async () => {
  const client = await Disredis.connect({ sentinels: fleet.sentinels })
  const pending = [
    client.blpop('closing:a', 0),
    client.xread('BLOCK', 0, 'STREAMS', 'closing:b', '$'),
  ]
  const errors = Promise.all(pending.map((it) => it.catch((error: Error) => error)))
  await expect
    .poll(async () => {
      const lists = [...redis.shards().values()].map((it) => it.client('LIST') as Promise<string>)
      return (await Promise.all(lists)).join().match(/cmd=(?:blpop|xread) /g)?.length
    })
    .toBe(2)
  client.disconnect()
  for (const error of await errors)
    expect(error).toMatchObject({ message: 'Connection is closed.' })
  expect((await errors)[0]).toMatchObject({
    code: 'DISREDIS_OUTCOME_UNKNOWN',
    mayHaveExecuted: true,
  })
  expect((await errors)[1]).toMatchObject({ code: 'DISREDIS_CLOSED', mayHaveExecuted: false })
})

test('takes options beside addresses and URLs', async () => {
  const [address] = fleet.sentinels
  for (const given of [address!, `redis-sentinel://${address}`, fleet.sentinels]) {
    await using client = await Disredis.connect(given, { keyPrefix: 'beside:', db: 1 })
    await client.set('k', 'v')
    await using other = new Disredis(given, { keyPrefix: 'bes', db: 1 })
    expect(await other.get('ide:k')).toBe('v')
    expect(await redis.get('beside:k')).toBeNull()
  }
})

test('queues nothing for a shard without a master if it is told so, in copies too', async () => {
  const given = { sentinels: fleet.sentinels, enableOfflineQueue: false }
  const client = new Disredis(given)
  await expect(client.get('k')).rejects.toMatchObject({ code: 'DISREDIS_QUEUE_FULL' })
  await client.ready()
  expect(await client.set('offline', '1')).toBe('OK')
  await using copy = client.duplicate({ enableOfflineQueue: true })
  expect(await copy.get('offline')).toBe('1')
  await using same = client.duplicate()
  await expect(same.get('k')).rejects.toMatchObject({ code: 'DISREDIS_QUEUE_FULL' })
  await client.close()
})

test('lets libraries write to its options, without effect', async () => {
  const options = redis.options as unknown as Record<string, unknown>
  options.connectionName = 'written'
  options.password = 'written'
  expect(redis.options.connectionName).toBe('written')
  await using copy = redis.duplicate({ lazyConnect: true })
  expect(copy.options.connectionName).toBe('disredis')
})

test('opens again after it was closed', async () => {
  await using client = redis.duplicate()
  await client.set('again', '1')
  await client.quit()
  await expect(client.get('again')).rejects.toMatchObject({ message: 'Connection is closed.' })
  await expect(client.ready()).rejects.toMatchObject({ code: 'DISREDIS_CLOSED' })
  await client.connect()
  expect(client.status).toBe('ready')
  expect(await client.get('again')).toBe('1')
})

test('executes what was called before quit(), even before the masters are known', async () => {
  const client = new Disredis({ sentinels: fleet.sentinels })
  const replies = Promise.all([client.set('early', '1'), client.incr('early'), client.dbsize()])
  expect(await client.quit()).toBe('OK')
  expect(await replies).toEqual(['OK', 2, expect.any(Number)])
  expect(client.status).toBe('end')
})

test('quits in time although no Sentinel answers', async () => {
  const [, port] = fleet.sentinels[0]!.split(':')
  const client = new Disredis({ sentinels: `127.0.0.2:${port}`, commandTimeout: 60_000 })
  const pending = client.get('early').catch((e: Error) => e)
  await client.close({ timeout: 50 })
  expect(await pending).toMatchObject({ code: 'DISREDIS_CLOSED' })
})

test('ends for end() and disconnect(), and goes on after disconnect(true)', async () => {
  for (const method of ['end', 'disconnect'] as const) {
    const client = await Disredis.connect({ sentinels: fleet.sentinels })
    const closed = once(client, 'close')
    client.disconnect(true)
    expect(await client.ping()).toBe('PONG')
    client[method]()
    await closed
    expect(client.status).toBe('end')
  }
})

test('takes the options of ioredis for one master and for scripts', async () => {
  const given = {
    sentinels: fleet.sentinels,
    name: 'shard-2',
    // Another client has placed its keys over all three.
    ringName: 'second',
    scripts: { twice: { lua: 'return ARGV[1] * 2', numberOfKeys: 1 } },
  }
  await using client = await Disredis.connect(given)
  expect([...client.shards().keys()]).toEqual(['shard-2'])
  const scripted = client as unknown as { twice(key: string, n: number): Promise<number> }
  expect(await scripted.twice('k', 21)).toBe(42)
  await using copy = client.duplicate({ name: 'shard-3', ringName: 'third' })
  expect('twice' in copy.pipeline()).toBe(true)
  await copy.ready()
  expect([...copy.shards().keys()]).toEqual(['shard-3'])
})

test('says of MONITOR what to do instead', async () => {
  await expect(redis.monitor()).rejects.toBeInstanceOf(NotRoutableError)
  const told = await new Promise<Error>((resolve) => {
    redis.monitor((error) => resolve(error!)).catch(() => {})
  })
  expect(told.message).toMatch(/connect ioredis to one node/)
})

test('takes what libraries do to clients of ioredis', async () => {
  const old = redis as unknown as {
    status: string
    send_command(name: string, args: unknown[], callback: unknown): Promise<unknown>
  }
  old.status = 'end'
  expect(redis.status).toBe('ready')
  const reply = await new Promise((resolve) => {
    old.send_command('ECHO', ['hi'], (_error: unknown, value: unknown) => resolve(value))
  })
  expect(reply).toBe('hi')
  const exec = redis.multi().set('{t}', '1').exec as unknown as (all: true) => Promise<unknown>
  expect(await exec.call(redis.multi().set('{t}', '1'), true)).toEqual([[null, 'OK']])
})

test('duplicates itself with other options', async () => {
  await using prefixed = redis.duplicate({ keyPrefix: 'copy:' })
  await using again = prefixed.duplicate({ connectionName: 'again' })
  await prefixed.set('k', 'v')
  expect(await again.get('k')).toBe('v')
  expect(await redis.get('copy:k')).toBe('v')
  expect(again.options).toMatchObject({ keyPrefix: 'copy:', connectionName: 'again' })
})

describe("a command that was made with ioredis's Command", () => {
  test('is routed by its keys and keeps its own encoding, prefix and transformers', async () => {
    await redis.hset('h', { f: 'v' })
    await redis.mset({ 'own:a': '1', 'own:b': '2', 'own:c': '3' })
    const send = (name: string, args: string[], options = {}) =>
      redis.sendCommand(new Command(name, args, { replyEncoding: 'utf8', ...options }))
    expect(await send('hgetall', ['h'])).toEqual({ f: 'v' })
    expect(await send('object', ['ENCODING', 'h'])).toMatch(/listpack|ziplist/)
    expect(await send('mget', ['a', 'b', 'c'], { keyPrefix: 'own:' })).toEqual(['1', '2', '3'])
    expect(await send('get', ['own:a'], { replyEncoding: null })).toEqual(Buffer.from('1'))
    expect(await send('mset', [{ 'own:a': '9', 'own:b': '8' } as unknown as string])).toBe('OK')
  })

  test('may block, on a connection of its own', async () => {
    const popped = redis.sendCommand(
      new Command('blpop', ['own:list', '0'], { replyEncoding: 'utf8' }),
    )
    await redis.rpush('own:list', 'x')
    expect(await popped).toEqual(['own:list', 'x'])
    expect(await redis.sendCommand(new Command('blpop', ['own:list', '0.01']))).toBeNull()
  })

  test('tells its callback, and its error', async () => {
    const reply = await new Promise((resolve) => {
      redis.sendCommand(
        new Command('get', ['own:b'], { replyEncoding: 'utf8' }, (_, value) => resolve(value)),
      )
    })
    expect(reply).toBe('8')
    await expect(redis.sendCommand(new Command('lpush', ['own:b', 'x']))).rejects.toMatchObject({
      name: 'ReplyError',
    })
    await expect(redis.sendCommand(new Command('select', ['1']))).rejects.toBeInstanceOf(
      NotRoutableError,
    )
  })
})

test('makes methods for commands that it does not have', async () => {
  expect(redis.getBuiltinCommands()).toContain('get')
  const { string, buffer } = redis.createBuiltinCommand('echo')
  expect(await string.call(redis, 'hi')).toBe('hi')
  expect(await buffer.call(redis, 'hi')).toEqual(Buffer.from('hi'))
  await using client = redis.duplicate()
  client.addBuiltinCommand('strlen')
  const added = client as unknown as Record<string, (key: string) => Promise<number>>
  await client.set('text', 'four')
  expect(await added.strlen!('text')).toBe(4)
  expect(await added.strlenBuffer!('text')).toBe(4)
  const addedNew = 'object_of_a_test'
  expect(addedNew in client.pipeline()).toBe(false)
  client.addBuiltinCommand(addedNew)
  for (const batch of [client.pipeline(), client.multi(), client.with({})]) {
    expect(addedNew in batch).toBe(true)
    expect(`${addedNew}Buffer` in batch).toBe(true)
  }
})

test('shows where the call was made that failed, if it is asked to', async () => {
  await using client = redis.duplicate({ showFriendlyErrorStack: true })
  await client.set('text', 'four')
  async function callOfATest() {
    await client.lpush('text', 'x')
  }
  const error = await callOfATest().catch((e: Error) => e)
  const [head, frame] = (error as Error).stack!.split('\n')
  expect(head).toMatch(/WRONGTYPE/)
  expect(frame).toMatch(/callOfATest.*ioredis-members\.test/)
  const plain = await redis.lpush('text', 'x').catch((e: Error) => e)
  expect((plain as Error).stack).not.toMatch(/ioredis-members\.test/)
})

describe('a transaction', () => {
  test.each([
    ['flushall', []],
    ['dbsize', []],
    ['config', ['SET', 'maxmemory-samples', '5']],
    ['scan', [0]],
  ] as const)('of one shard refuses what is for all of them: %s', async (name, args) => {
    const transaction = redis.multi().set('{t}', '1') as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >
    transaction[name]!(...args)
    await expect(transaction.exec!()).rejects.toBeInstanceOf(NotRoutableError)
  })

  test('refuses what would change the connection, on a shard as well', async () => {
    await redis.set('{t}', 'before')
    const selecting = redis.multi().set('{t}', '1').select(1)
    await expect(selecting.exec()).rejects.toBeInstanceOf(NotRoutableError)
    const shard = redis.shard(redis.explain('{t}').shard)
    await expect(shard.multi().select(1).exec()).rejects.toBeInstanceOf(NotRoutableError)
    expect(await redis.get('{t}')).toBe('before')
    expect(await shard.multi().dbsize().ping().exec()).toEqual([
      [null, expect.any(Number)],
      [null, 'PONG'],
    ])
  })

  test('that ioredis would begin at once is refused', async () => {
    await expect(redis.multi({ pipeline: false })).rejects.toBeInstanceOf(NotRoutableError)
    const handle = redis.with({ timeout: 5000 })
    await expect(handle.multi({ pipeline: false })).rejects.toBeInstanceOf(NotRoutableError)
    expect(await redis.multi({ pipeline: true }).set('{t}', '2').exec()).toEqual([[null, 'OK']])
  })
})

test('a client that reads from replicas publishes, counts and forgets like any other', async () => {
  await using client = redis.duplicate({ readFrom: 'replicaPreferred' })
  await once(client, 'ready')
  expect(await client.publish('channel', 'message')).toBe(0)
  await client.mset({ a: '1', b: '2', c: '3' })
  expect(await client.mget('a', 'b', 'c')).toEqual(['1', '2', '3'])
  expect(await client.del('a')).toBe(1)
  expect(await client.exists('a', 'b', 'c')).toBe(2)
  expect(await client.shard('shard-1').info('server')).toContain('redis_version')
  expect(await client.dbsize()).toBeGreaterThan(1)
})

test('host names resolve to addresses of the family that is asked for', async () => {
  const [, port] = fleet.sentinels[0]!.split(':')
  await using client = await Disredis.connect({ sentinels: `localhost:${port}`, family: 4 })
  expect(await client.ping()).toBe('PONG')
  const other = Disredis.connect({ sentinels: `localhost:${port}`, family: 6, commandTimeout: 500 })
  await expect(other).rejects.toBeInstanceOf(SentinelsUnreachableError)
})
