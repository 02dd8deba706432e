import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({
    masters: 2,
    replicas: 1,
    sentinels: 3,
    downAfter: 10_000,
  })
})

afterAll(() => fleet?.close())

/** ms */
const maxStaleness = 500
const keys = Array.from({ length: 100 }, (_, i) => `counter:${i}`)

/** Of each key: when each of its versions had been acknowledged, in ms. */
type History = Map<string, number[]>

/** Counts the keys up, one after the other, until it is told to stop. */
async function write(writer: Disredis, history: History, isOver: () => boolean): Promise<number> {
  let writes = 0
  while (!isOver()) {
    for (const key of keys) {
      const acknowledged = history.get(key)!
      const version = acknowledged.length
      if ((await writer.set(key, `${version}`)) === 'OK') acknowledged.push(performance.now())
      writes++
    }
  }
  return writes
}

/** Reads as fast as it is answered; each value must have been the newest within the bound. */
async function read(reader: Disredis, history: History, isOver: () => boolean): Promise<number> {
  const cached = reader.cached()
  let reads = 0
  while (!isOver()) {
    for (const key of keys) {
      const askedAt = performance.now()
      const version = Number(await cached.get(key))
      const newerAt = history.get(key)![version + 1]
      if (newerAt !== undefined && newerAt < askedAt - maxStaleness) {
        throw new Error(
          `${key}: version ${version} was given out ${Math.round(askedAt - newerAt)} ms after a newer one had been acknowledged`,
        )
      }
      // A writer in the same process is to have its turn.
      if (++reads % 50 === 0) await new Promise(setImmediate)
    }
  }
  return reads
}

async function killTracking(shard: string): Promise<void> {
  const node = fleet.master(shard)
  const list = String(await node.command('CLIENT', 'LIST'))
  for (const line of list.split('\n')) {
    const isTracking = /\bflags=\S*t/.test(line)
    if (isTracking) await node.command('CLIENT', 'KILL', 'ID', /\bid=(\d+)/.exec(line)![1]!)
  }
}

test('through resets, freezes and planned failovers no cached value is older than maxStaleness', async () => {
  const { sentinels } = fleet
  await using writer = await Disredis.connect({ sentinels, commandTimeout: 60_000 })
  await using reader = await Disredis.connect({
    sentinels,
    commandTimeout: 60_000,
    cache: { maxStaleness },
  })
  const history: History = new Map(keys.map((key) => [key, [performance.now()]]))
  for (const key of keys) await writer.set(key, '0')
  await fleet.waitForSync()
  const hits = () => reader.health().cache!.shards.reduce((sum, it) => sum + it.hits, 0)
  let isOver = false
  const load = Promise.all([
    write(writer, history, () => isOver),
    ...Array.from({ length: 4 }, () => read(reader, history, () => isOver)),
  ])
  // Told at the end, if a reader has not found something by then.
  load.catch(() => {
    isOver = true
  })
  try {
    const [first, second] = fleet.masters as [string, string]
    for (let i = 0; i < 3; i++) {
      await killTracking(first)
      await killTracking(second)
      await fleet.master(first).pause()
      await expect
        .poll(() => reader.health().cache!.shards.some(({ isOpen }) => !isOpen), {
          timeout: 30_000,
        })
        .toBe(true)
      await fleet.master(first).resume()
      await expect
        .poll(() => reader.health().cache!.shards.every(({ isOpen }) => isOpen), {
          timeout: 30_000,
        })
        .toBe(true)
    }
    for (const shard of [first, second]) {
      const before = fleet.master(shard)
      await fleet.failover(shard)
      await fleet.waitForMaster(shard, { not: before })
      await expect
        .poll(() => reader.health().cache!.shards.every(({ isOpen }) => isOpen), {
          timeout: 60_000,
        })
        .toBe(true)
    }
    await expect.poll(hits, { timeout: 60_000 }).toBeGreaterThan(1000)
  } finally {
    for (const node of fleet.nodes()) if (node.isPaused) await node.resume()
    isOver = true
  }
  const [writes, ...reads] = await load
  expect(writes).toBeGreaterThan(0)
  expect(Math.min(...reads)).toBeGreaterThan(0)
  expect(reader.health().cache!.shards.every(({ emptied }) => emptied > 0)).toBe(true)
}, 180_000)
