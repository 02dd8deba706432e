import { type Fleet, startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { Disredis, DisredisError, OutcomeUnknownError, PartialFailureError } from '../src/index.js'

/** What only the command's own reply can be. */
type Expectation = (result: unknown, error: Error | null) => boolean

type Call = readonly [args: readonly unknown[], isOwn: Expectation]

const is =
  (value: unknown): Expectation =>
  (result, error) =>
    error === null && JSON.stringify(result) === JSON.stringify(value)

const isOrNull =
  (value: unknown): Expectation =>
  (result, error) =>
    error === null && (result === null || result === value)

/** On different shards, and there before anything happens. */
const fixed = ['fixed:4', 'fixed:5', 'fixed:6', 'fixed:7', 'fixed:1']

/** The calls in turn: for each number keys and values of its own, so that replies cannot be mixed up. */
const calls: ((i: number) => Call)[] = [
  (i) => [['set', `text:${i}`, `v${i}`], is('OK')],
  // A crash may take with it what was acknowledged a moment ago.
  (i) => [['get', `text:${i - 1}`], isOrNull(`v${i - 1}`)],
  (i) => [['incrby', `number:${i}`, 1e6 + i], is(1e6 + i)],
  (i) => [['rpush', `list:${i}`, ...Array(1 + (i % 50)).fill('x')], is(1 + (i % 50))],
  (i) => [['eval', 'return ARGV[1]', 1, `script:${i}`, `e${i}`], is(`e${i}`)],
  (i) => [['zincrby', `zset:${i}`, i, 'member'], is(`${i}`)],
  () => [['mget', ...fixed, 'missing'], is([...fixed, null])],
  (i) => [['append', `append:${i}`, 'x'.repeat(1 + (i % 90))], is(1 + (i % 90))],
  (i) => [['echo', `echo ${i}`], is(`echo ${i}`)],
  (i) => [['getBuffer', fixed[i % 5]], is(Buffer.from(fixed[i % 5]!))],
  (i) => [['hset', `hash:${i}`, { f: i, g: i }], is(2)],
  (i) => [
    ['hgetall', `hash:${i - 1}`],
    (hash) => is({})(hash, null) || isHashOf(i - 1)(hash, null),
  ],
  (i) => [['exists', ...fixed, ...Array(i % 20).fill(fixed[0])], is(5 + (i % 20))],
  (i) => [['lpush', fixed[i % 5], `${i}`], (_, error) => /^WRONGTYPE/.test(error?.message ?? '')],
  (i) => [['del', `none:${i}`, `nil:${i}`, `nothing:${i}`], is(0)],
]

const isHashOf = (i: number) => is({ f: `${i}`, g: `${i}` })

function call(i: number): Call {
  return calls[i % calls.length]!(i)
}

/** Sent, and no reply: by itself, or as a part of a command for several shards. */
function isUnknown(error: Error): boolean {
  if (!(error instanceof PartialFailureError)) return error instanceof OutcomeUnknownError
  const failed = error.results.filter((it) => it.status === 'rejected')
  return failed.every(({ reason }) => reason instanceof OutcomeUnknownError)
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
    await redis.mset(...fixed.flatMap((key) => [key, key]))
    expect(new Set(fixed.map((key) => redis.explain(key).shard)).size).toBe(3)
    await fleet.waitForSync()
    let isReplaced = false
    redis.once('failoverCompleted', () => {
      isReplaced = true
    })
    let sent = 0
    let unknown = 0
    const strangers: unknown[] = []
    const work = async () => {
      while (sent < 10_000 || !isReplaced) {
        const batch = Array.from({ length: 100 }, () => call(sent++))
        const results = await redis.pipeline(batch.map(([args]) => args)).exec()
        results.forEach(([error, result], i) => {
          const [args, isOwn] = batch[i]!
          if (error instanceof DisredisError && isUnknown(error)) unknown++
          else if (!isOwn(result, error)) strangers.push([args, result, error])
        })
      }
    }
    /** Transactions among them: as one, with replies of their own. */
    const transact = async () => {
      while (sent < 10_000 || !isReplaced) {
        const i = sent++
        const multi = redis.multi().incrby(`{multi ${i}}n`, i).echo(`multi ${i}`)
        try {
          const results = await multi.get(`{multi ${i}}n`).exec()
          const own = [i, `multi ${i}`, `${i}`].map((value) => [null, value])
          if (!is(own)(results, null)) strangers.push([i, results])
        } catch (error) {
          if (error instanceof OutcomeUnknownError) unknown++
          else strangers.push(error)
        }
      }
    }
    const workers = Promise.all([work(), work(), work(), work(), transact()])
    await inject(fleet)
    await workers
    expect(strangers).toEqual([])
    expect(sent).toBeGreaterThanOrEqual(10_000)
    // Commands of the lost connection, and no more: what waits is not lost.
    expect(unknown).toBeLessThan(sent / 2)
  },
)
