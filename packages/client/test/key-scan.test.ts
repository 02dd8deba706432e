import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandHandle, Disredis, NotRoutableError } from '../src/index.js'

type Page = [cursor: string | Buffer, items: (string | Buffer)[]]
type Scan = (cursor: string) => Promise<Page>

let fleet: Fleet
let redis: Disredis

/** More than a server returns at once, in a table and not in a list. */
const names = Array.from({ length: 2000 }, (_, i) => `element:${i}`)

beforeAll(async () => {
  fleet = await startFleet({
    masters: 3,
    replicas: 2,
    sentinels: 3,
    downAfter: 1000,
    users: ['limited on >secret ~* &* +@all -info'],
  })
  redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 60_000 })
})

afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

async function fill(key: string): Promise<void> {
  await redis.hset(`${key}:h`, Object.fromEntries(names.map((name, i) => [name, i])))
  await redis.sadd(`${key}:s`, names)
  await redis.zadd(`${key}:z`, ...names.flatMap((name, i) => [i, name]))
}

/** Scans to the end; `between` is called after each page. What comes is counted. */
async function scanAll(scan: Scan, between: (page: number) => unknown = () => {}) {
  const found = new Map<string, number>()
  let cursor = '0'
  let pages = 0
  do {
    const [next, items] = await scan(cursor)
    for (const item of items.map(String)) found.set(item, (found.get(item) ?? 0) + 1)
    cursor = next.toString()
    await between(++pages)
    if (pages > 1000) throw new Error('The scan does not end')
  } while (cursor !== '0')
  return found
}

const scans: Record<string, (of: Disredis | CommandHandle, key: string) => Scan> = {
  hscan: (of, key) => (cursor) => of.hscan(`${key}:h`, cursor, 'COUNT', 100),
  sscan: (of, key) => (cursor) => of.sscan(`${key}:s`, cursor, 'COUNT', 100),
  zscan: (of, key) => (cursor) => of.zscan(`${key}:z`, cursor, 'COUNT', 100),
  hscanBuffer: (of, key) => (cursor) => of.hscanBuffer(`${key}:h`, cursor, 'COUNT', 100),
  sscanBuffer: (of, key) => (cursor) => of.sscanBuffer(`${key}:s`, cursor, 'COUNT', 100),
  zscanBuffer: (of, key) => (cursor) => of.zscanBuffer(`${key}:z`, cursor, 'COUNT', 100),
  'a pipelined hscan': (of, key) => async (cursor) => {
    const results = await of.pipeline().hscan(`${key}:h`, cursor, 'COUNT', 100).exec()
    return results![0]![1] as Page
  },
  'scan of a shard': (of, key) => (cursor) =>
    (of as Disredis)
      .shard(redis.explain(key).shard)
      .scan(cursor, 'MATCH', `${key}:keys:*`, 'COUNT', 100),
}

describe('the elements of a key', () => {
  test.each(['kill', 'failover'] as const)(
    'come at least once if they are there all along, although the master is replaced (%s)',
    async (fault) => {
      const key = `{of ${fault}}`
      const { shard } = redis.explain(key)
      await fill(key)
      await redis.mset(...names.flatMap((name) => [`${key}:keys:${name}`, '1']))
      await fleet.waitForSync(shard)
      let arrived = 0
      const all = Object.keys(scans)
      const begun = new Set<string>()
      let replace: (() => void) | undefined
      const replaced = new Promise<void>((resolve) => {
        replace = resolve
      })
      const running = all.map((name) =>
        scanAll(scans[name]!(redis, key), async (page) => {
          if (page !== 8) return
          begun.add(name)
          if (++arrived === all.length) {
            const completed = new Promise((resolve) => redis.once('failoverCompleted', resolve))
            if (fault === 'kill') await fleet.master(shard).kill()
            else await fleet.failover(shard)
            await completed
            replace!()
          }
          await replaced
        }),
      )
      for (const [i, found] of (await Promise.all(running)).entries()) {
        const expected =
          all[i] === 'scan of a shard' ? names.map((name) => `${key}:keys:${name}`) : names
        const missing = expected.filter((name) => !found.has(name))
        expect([all[i], missing]).toEqual([all[i], []])
      }
      expect([...begun].sort()).toEqual([...all].sort())
    },
  )

  test('come once while nothing happens, by cursor and by stream', async () => {
    await fill('{calm}')
    for (const [name, scan] of Object.entries(scans)) {
      if (name === 'scan of a shard' || !name.startsWith('sscan')) continue
      const counts = [...(await scanAll(scan(redis, '{calm}'))).values()]
      expect([name, counts.length, Math.max(...counts)]).toEqual([name, names.length, 1])
    }
    const streams = [
      redis.hscanStream('{calm}:h', { count: 300 }),
      redis.hscanBufferStream('{calm}:h', { count: 300 }),
      redis.sscanStream('{calm}:s', { match: 'element:*' }),
      redis.sscanBufferStream('{calm}:s'),
      redis.zscanStream('{calm}:z', { count: 300 }),
      redis.zscanBufferStream('{calm}:z'),
    ]
    for (const stream of streams) {
      const found = new Set<string>()
      for await (const items of stream) for (const item of items) found.add(String(item))
      expect(names.filter((name) => !found.has(name))).toEqual([])
    }
  })

  test('come from the master, whatever reads come from', async () => {
    await fill('{read}')
    await fleet.waitForSync(redis.explain('{read}').shard)
    await using reader = await Disredis.connect({
      sentinels: fleet.sentinels,
      readFrom: 'replicaPreferred',
      readYourWrites: 0,
    })
    const found = await scanAll(scans.sscan!(reader, '{read}'))
    expect([found.size, Math.max(...found.values())]).toEqual([names.length, 1])
  })

  test('come all at once, with the cursor 0, if they are few', async () => {
    await redis.hset('few', { a: '1', b: '2' })
    expect(await redis.hscan('few', 0)).toEqual(['0', ['a', '1', 'b', '2']])
    expect(await redis.hscanBuffer('few', '0')).toEqual([
      Buffer.from('0'),
      ['a', '1', 'b', '2'].map((it) => Buffer.from(it)),
    ])
    await using early = new Disredis({ sentinels: fleet.sentinels })
    expect(await early.hscan('few', 0)).toEqual(['0', ['a', '1', 'b', '2']])
    expect(await redis.sscan('none', '0')).toEqual(['0', []])
    await using app = await Disredis.connect({ sentinels: fleet.sentinels, keyPrefix: 'fe' })
    expect(await app.hscan('w', 0, 'MATCH', 'a')).toEqual(['0', ['a', '1']])
  })
})

describe('a cursor', () => {
  test('may be given to another client, however often that one has reconnected', async () => {
    await fill('{shared}')
    await using first = await Disredis.connect({ sentinels: fleet.sentinels })
    await using other = await Disredis.connect({ sentinels: fleet.sentinels })
    const { shard } = redis.explain('{shared}')
    const id = await other.shard(shard).client('ID')
    await fleet.master(shard).command('CLIENT', 'KILL', 'ID', String(id))
    await expect.poll(() => other.shard(shard).client('ID')).not.toBe(id)
    let turn = 0
    const [one, two] = [scans.sscan!(first, '{shared}'), scans.sscan!(other, '{shared}')]
    const found = await scanAll((cursor) => (turn++ % 2 === 0 ? one : two)(cursor))
    expect([found.size, Math.max(...found.values())]).toEqual([names.length, 1])
  })

  test('is of its own client where INFO is not granted, and begins again on another connection', async () => {
    await fill('{limited}')
    await using limited = await Disredis.connect({
      sentinels: fleet.sentinels,
      username: 'limited',
      password: 'secret',
    })
    const { shard } = redis.explain('{limited}')
    await expect(limited.shard(shard).info()).rejects.toThrow('NOPERM')
    const scan = scans.sscan!(limited, '{limited}')
    const calm = await scanAll(scan)
    expect([calm.size, Math.max(...calm.values())]).toEqual([names.length, 1])
    const disturbed = await scanAll(scan, async (page) => {
      if (page !== 5) return
      const id = await limited.shard(shard).client('ID')
      await fleet.master(shard).command('CLIENT', 'KILL', 'ID', String(id))
      await expect.poll(() => limited.shard(shard).client('ID')).not.toBe(id)
    })
    expect([disturbed.size, Math.max(...disturbed.values())]).toEqual([names.length, 2])
  })

  test('keeps its place in a pipeline', async () => {
    await fill('{order}')
    await using fresh = await Disredis.connect({ sentinels: fleet.sentinels })
    const [cursor] = await redis.sscan('{order}:s', '0', 'COUNT', 100)
    const results = await fresh
      .pipeline()
      .sscan('{order}:s', cursor, 'COUNT', 100)
      .del('{order}:s')
      .sscan('{order}:s', cursor, 'COUNT', 100)
      .exec()
    const pages = [results![0]![1], results![2]![1]] as Page[]
    expect(pages[0]![1].length).toBeGreaterThan(50)
    expect(pages[1]).toEqual(['0', []])
    expect(results![1]).toEqual([null, 1])
  })

  test('that is none is refused by the server; one that the client did not give begins again', async () => {
    await expect(redis.hscan('few', 'abc')).rejects.toThrow('ERR invalid cursor')
    await expect(redis.call('HSCAN', 'few')).rejects.toThrow('wrong number of arguments')
    await fill('{foreign}')
    const scan = scans.sscan!(redis, '{foreign}')
    const found = await scanAll((cursor) => scan(cursor === '0' ? '12345' : cursor))
    expect(found.size).toBe(names.length)
  })

  test('has no place in a transaction, which may begin a scan', async () => {
    await fill('{m}')
    const [cursor] = await redis.hscan('{m}:h', 0)
    for (const multi of [redis.multi(), redis.shard('shard-1').multi()]) {
      const refused = multi.hscan('{m}:h', cursor).exec()
      await expect(refused).rejects.toBeInstanceOf(NotRoutableError)
      await expect(refused).rejects.toThrow(/cannot continue in a transaction/)
    }
    const begun = await redis.multi().hscan('{m}:h', 0).sscan('few:none', '0').exec().catch(String)
    expect(begun).toContain('CrossShardError')
    const results = await redis.multi().hscan('{m}:h', 0, 'COUNT', 100).exec()
    expect((results![0]![1] as Page)[1].length).toBeGreaterThan(50)
    // On the connection that watches the key it goes on.
    const found = await redis.transaction(['{m}:h'], (tx) => scanAll(scans.sscan!(tx, '{m}')))
    expect([found.size, Math.max(...found.values())]).toEqual([names.length, 1])
  })
})
