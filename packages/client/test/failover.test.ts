import { type Fleet, startFleet } from '@disredis/fleet'
import { describe, expect, test } from 'vitest'
import { Disredis, type DisredisEvents, OutcomeUnknownError } from '../src/index.js'

/** Issues RPUSHes of unique ids to one key per shard, until it is told to stop. */
class Writers {
  readonly acknowledged = new Map<string, Set<string>>()
  readonly unknown = new Map<string, Set<string>>()
  readonly errors: Error[] = []
  readonly keys: string[]
  #isStopped = false
  #next = 0
  readonly #done: Promise<unknown>

  constructor(redis: Disredis, keys: string[], callers: number) {
    this.keys = keys
    for (const key of keys) {
      this.acknowledged.set(key, new Set())
      this.unknown.set(key, new Set())
    }
    this.#done = Promise.all(
      keys.flatMap((key) => Array.from({ length: callers }, () => this.#write(redis, key))),
    )
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#done
  }

  async #write(redis: Disredis, key: string): Promise<void> {
    while (!this.#isStopped) {
      const id = `${this.#next++}`
      try {
        await redis.rpush(key, id)
        this.acknowledged.get(key)?.add(id)
      } catch (error) {
        if (error instanceof OutcomeUnknownError) this.unknown.get(key)?.add(id)
        else this.errors.push(error as Error)
      }
      // 20 writers in a closed loop must leave the machine some time for Sentinel.
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
}

/** A key for each shard. */
function keyPerShard(redis: Disredis): Map<string, string> {
  const keys = new Map<string, string>()
  for (let i = 0; keys.size < redis.shards().size; i++) {
    const { shard } = redis.explain(`list:${i}`)
    if (!keys.has(shard)) keys.set(shard, `list:${i}`)
  }
  return keys
}

async function check(writers: Writers, redis: Disredis) {
  let lost = 0
  let twice = 0
  let strangers = 0
  for (const key of writers.keys) {
    const list = await redis.lrange(key, 0, -1)
    const stored = new Set(list)
    twice += list.length - stored.size
    for (const id of writers.acknowledged.get(key)!) if (!stored.has(id)) lost++
    for (const id of stored) {
      if (!writers.acknowledged.get(key)!.has(id) && !writers.unknown.get(key)!.has(id)) strangers++
    }
  }
  return { lost, twice, strangers }
}

function next<Name extends keyof DisredisEvents>(redis: Disredis, name: Name) {
  return new Promise<DisredisEvents[Name][0]>((resolve) => {
    redis.once(name as never, resolve as never)
  })
}

async function fleetAndClient() {
  const fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 1000 })
  const redis = await Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 60_000 })
  return {
    fleet,
    redis,
    async [Symbol.asyncDispose]() {
      await redis.close()
      await fleet.close()
    },
  }
}

async function failOver(inject: (fleet: Fleet) => Promise<void>) {
  await using it = await fleetAndClient()
  const { fleet, redis } = it
  const keys = keyPerShard(redis)
  const completed = next(redis, 'failoverCompleted')
  const writers = new Writers(redis, [...keys.values()], 5)
  const before = fleet.master('shard-1').address
  await inject(fleet)
  const event = await completed
  const key = keys.get('shard-1')!
  const count = writers.acknowledged.get(key)!.size
  await expect
    .poll(() => writers.acknowledged.get(key)!.size, { timeout: 60_000 })
    .toBeGreaterThan(count)
  await writers.stop()
  const result = await check(writers, redis)
  return { ...result, event, before, writers, keys, health: redis.health() }
}

describe('a master', () => {
  test('that is failed over as planned loses no acknowledged write and repeats none', async () => {
    const { lost, twice, strangers, event, before, writers } = await failOver((fleet) =>
      fleet.failover('shard-1'),
    )
    expect({ lost, twice, strangers, errors: writers.errors }).toEqual({
      lost: 0,
      twice: 0,
      strangers: 0,
      errors: [],
    })
    expect(event).toMatchObject({ shard: 'shard-1', from: before })
  })

  test('that crashes is replaced; no write is repeated, and none fails but those under way', async () => {
    const { twice, strangers, writers, keys } = await failOver((fleet) =>
      fleet.master('shard-1').kill(),
    )
    expect({ twice, strangers, errors: writers.errors }).toEqual({
      twice: 0,
      strangers: 0,
      errors: [],
    })
    expect(writers.unknown.get(keys.get('shard-1')!)!.size).toBeLessThanOrEqual(5)
    expect(writers.unknown.get(keys.get('shard-2')!)!.size).toBe(0)
  })

  test('that freezes is replaced; no write is repeated, and none fails but those under way', async () => {
    const { twice, strangers, writers, keys } = await failOver((fleet) =>
      fleet.master('shard-1').pause(),
    )
    expect({ twice, strangers, errors: writers.errors }).toEqual({
      twice: 0,
      strangers: 0,
      errors: [],
    })
    expect(writers.unknown.get(keys.get('shard-1')!)!.size).toBeLessThanOrEqual(5)
    expect(writers.unknown.get(keys.get('shard-2')!)!.size).toBe(0)
  })
})

test('a read asked during a crash is answered by the promoted replica', async () => {
  await using it = await fleetAndClient()
  const { fleet, redis } = it
  const key = keyPerShard(redis).get('shard-1')!
  await redis.set(key, 'v')
  await fleet.waitForSync('shard-1')
  await fleet.master('shard-1').kill()
  expect(await redis.get(key)).toBe('v')
})
