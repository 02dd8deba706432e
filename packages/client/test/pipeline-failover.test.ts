import { type Fleet, startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { Disredis, DisredisError } from '../src/index.js'

type Expectation = (result: unknown) => boolean

/** One command of a pipeline, with what only its own reply can be. */
function command(i: number): [args: unknown[], isOwn: Expectation] {
  const key = `mix:${i}`
  switch (i % 5) {
    case 0:
      return [['set', key, `v${i}`], (it) => it === 'OK']
    case 1:
      // Written once by the first round: a read has its own value or none.
      return [['get', `mix:${i - 1}`], (it) => it === `v${i - 1}` || it === null]
    case 2:
      return [['rpush', key, 'x'], (it) => Number.isInteger(it) && (it as number) >= 1]
    case 3:
      return [['hset', key, 'f', `${i}`], (it) => it === 0 || it === 1]
    default:
      return [['eval', `return ARGV[1]`, 1, key, `e${i}`], (it) => it === `e${i}`]
  }
}

test.each<[string, (fleet: Fleet) => Promise<void>]>([
  ['a crash', (fleet) => fleet.master('shard-1').kill()],
  ['a freeze', (fleet) => fleet.master('shard-1').pause()],
  ['a planned failover', (fleet) => fleet.failover('shard-1')],
])(
  'of 10,000 mixed commands in pipelines during %s each gets its own reply or a typed error',
  async (_name, inject) => {
    await using fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 1000 })
    await using redis = await Disredis.connect({
      sentinels: fleet.sentinels,
      commandTimeout: 60_000,
    })
    const replaced = new Promise((resolve) => redis.once('failoverCompleted', resolve))
    let sent = 0
    let isReplaced = false
    void replaced.then(() => {
      isReplaced = true
    })
    const strangers: unknown[] = []
    const untyped: unknown[] = []
    const errors = new Map<string, number>()
    const work = async () => {
      while (sent < 10_000 || !isReplaced) {
        const batch = Array.from({ length: 100 }, () => command(sent++))
        const results = await redis.pipeline(batch.map(([args]) => args)).exec()
        results.forEach(([error, result], i) => {
          if (error instanceof DisredisError)
            errors.set(error.code, (errors.get(error.code) ?? 0) + 1)
          else if (error) untyped.push(error)
          else if (!batch[i]![1](result)) strangers.push([batch[i]![0], result])
        })
      }
    }
    const workers = Promise.all([work(), work(), work(), work()])
    await inject(fleet)
    await workers
    expect({ strangers, untyped }).toEqual({ strangers: [], untyped: [] })
    // What may go wrong has one name: sent, and no reply.
    expect([...errors.keys()].filter((code) => code !== 'DISREDIS_OUTCOME_UNKNOWN')).toEqual([])
    expect(sent).toBeGreaterThanOrEqual(10_000)
  },
)
