import {
  CrossShardError,
  type Disredis,
  InvalidOptionError,
  OutcomeUnknownError,
} from '@disredis/client'
import { queueOptions } from '@disredis/client/bullmq'
import { FlowProducer, type Job, Queue, QueueEvents, Worker } from 'bullmq'
import { afterEach, describe, expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()
const opened: { close(): Promise<unknown> }[] = []

/** What workers tell: that a wait for jobs was cut off by a crash. */
const errors: Error[] = []

afterEach(async () => {
  for (const it of opened.splice(0).reverse()) await it.close()
  for (const error of errors.splice(0)) expect(error).toBeInstanceOf(OutcomeUnknownError)
})

function open<T extends { close(): Promise<unknown> }>(it: T): T {
  opened.push(it)
  return it
}

function openWorker<Data, Result>(
  ...args: ConstructorParameters<typeof Worker<Data, Result>>
): Worker<Data, Result> {
  const worker = open(new Worker<Data, Result>(...args))
  worker.on('error', (error) => errors.push(error))
  return worker
}

/**
 * All keys of a queue live together: the prefix is a hash tag. INFO, by which BullMQ asks for the
 * version, is about one server.
 */
function options(redis: Disredis, prefix: string) {
  // Its types want an index signature of a client, which no class has.
  return { connection: redis as never, prefix, skipVersionCheck: true }
}

const flavors = [
  { flavor: 'given as an ioredis', optionsFor: options },
  {
    flavor: 'by queueOptions',
    // Tags of its own: the queues of the other flavor are still there.
    optionsFor: (redis: Disredis, prefix: string) =>
      queueOptions(redis, `own-${prefix.slice(1, -1)}`),
  },
]

describe.each(flavors)('$flavor', ({ optionsFor }) => {
  test('queues on all shards: jobs with results, delays, retries and events', async () => {
    const redis = await masters.client()
    const queues = Array.from({ length: 6 }, (_, i) => {
      const its = optionsFor(redis, `{bull-${i}}`)
      const queue = open(new Queue('work', its))
      const events = open(new QueueEvents('work', its))
      const worker = openWorker(
        'work',
        async (job: Job<{ n: number }>) => {
          if (job.name === 'twice' && job.attemptsMade === 0) throw new Error('the first time')
          return job.data.n * 2
        },
        { ...its, concurrency: 5 },
      )
      return { queue, events, worker }
    })
    await Promise.all(
      queues.flatMap(({ events, worker }) => [events.waitUntilReady(), worker.waitUntilReady()]),
    )
    for (const { queue, events } of queues) {
      const jobs = await queue.addBulk([
        { name: 'plain', data: { n: 1 } },
        { name: 'delayed', data: { n: 2 }, opts: { delay: 50 } },
        { name: 'twice', data: { n: 3 }, opts: { attempts: 2, backoff: 20 } },
        { name: 'first', data: { n: 4 }, opts: { priority: 1 } },
      ])
      const results = await Promise.all(jobs.map((job) => job.waitUntilFinished(events, 60_000)))
      expect(results).toEqual([2, 4, 6, 8])
      expect(await queue.getJobCounts('completed', 'failed', 'waiting')).toEqual({
        completed: 4,
        failed: 0,
        waiting: 0,
      })
    }
    expect(await masters.shardsInUse(redis)).toHaveLength(3)
  })

  test('parents wait for their children; a queue can be paused, drained and obliterated', async () => {
    const redis = await masters.client()
    const its = optionsFor(redis, '{bull-flow}')
    const queue = open(new Queue('work', its))
    const events = open(new QueueEvents('work', its))
    const flow = open(new FlowProducer(its))
    openWorker(
      'work',
      async (job: Job<{ n: number }>) => {
        const children = Object.values(await job.getChildrenValues()) as number[]
        return children.reduce((sum, value) => sum + value, job.data.n)
      },
      its,
    )
    await events.waitUntilReady()
    const { job } = await flow.add({
      name: 'parent',
      queueName: 'work',
      data: { n: 1 },
      children: [10, 20].map((n) => ({ name: 'child', queueName: 'work', data: { n } })),
    })
    expect(await job.waitUntilFinished(events, 60_000)).toBe(31)
    await queue.pause()
    await queue.add('later', { n: 1 })
    expect(await queue.isPaused()).toBe(true)
    await queue.drain()
    await queue.obliterate({ force: true })
    expect(await queue.getJobCountByTypes('completed', 'waiting')).toBe(0)
  })

  test('a worker is paused and resumed', async () => {
    const redis = await masters.client()
    const its = optionsFor(redis, '{bull-pause}')
    const queue = open(new Queue('work', its))
    const events = open(new QueueEvents('work', its))
    const worker = openWorker('work', async (job: Job<number>) => job.data, its)
    await events.waitUntilReady()
    const before = await queue.add('before', 1)
    expect(await before.waitUntilFinished(events, 60_000)).toBe(1)
    await worker.pause()
    const paused = await queue.add('paused', 2)
    expect(worker.isPaused()).toBe(true)
    expect(await paused.getState()).toBe('waiting')
    worker.resume()
    expect(await paused.waitUntilFinished(events, 60_000)).toBe(2)
  })

  test('a worker goes on after the master of its queue crashed', async () => {
    const redis = await masters.client()
    const its = optionsFor(redis, '{bull-crash}')
    const queue = open(new Queue('work', its))
    const events = open(new QueueEvents('work', its))
    openWorker('work', async (job: Job<number>) => job.data, { ...its, lockDuration: 60_000 })
    await events.waitUntilReady()
    const before = await queue.add('before', 1)
    expect(await before.waitUntilFinished(events, 60_000)).toBe(1)
    const { shard } = redis.explain(its.prefix)
    await masters.fleet.waitForSync(shard)
    const crashed = masters.fleet.master(shard)
    await crashed.kill()
    const after = await queue.add('after', 2)
    await expect
      .poll(async () => (await queue.getJob(after.id!))?.returnvalue, { timeout: 60_000 })
      .toBe(2)
    // The next test that loses this master needs a replica.
    await crashed.restart()
    await masters.fleet.waitForSync(shard)
  })

  test('closing a worker and its events while they wait is no error', async () => {
    const redis = await masters.client()
    const its = optionsFor(redis, '{bull-close}')
    const errors: Error[] = []
    const worker = new Worker('work', async (job: Job<number>) => job.data, its)
    const events = new QueueEvents('work', its)
    worker.on('error', (error) => errors.push(error))
    events.on('error', (error) => errors.push(error))
    const queue = open(new Queue('work', its))
    await events.waitUntilReady()
    const job = await queue.add('job', 1)
    expect(await job.waitUntilFinished(events, 60_000)).toBe(1)
    const shard = redis.shard(redis.explain(its.prefix).shard)
    await expect
      .poll(() => shard.client('LIST'), { timeout: 30_000 })
      .toMatch(/cmd=bzpopmin[\s\S]*cmd=xread|cmd=xread[\s\S]*cmd=bzpopmin/)
    await worker.close()
    await events.close()
    expect(errors).toEqual([])
  })
})

test('without a hash tag in the prefix the keys of a queue do not live together', async () => {
  const redis = await masters.client()
  const queue = open(new Queue('apart', options(redis, 'bull')))
  await expect(queue.add('job', {})).rejects.toBeInstanceOf(CrossShardError)
})

test('queueOptions: the version of the server is asked for, and the workers of a queue are found', async () => {
  const redis = await masters.client()
  const its = queueOptions(redis, 'bull-info')
  const queue = open(new Queue('work', its))
  expect(queue.opts.prefix).toBe('{bull-info}')
  const worker = openWorker('work', async (job: Job<number>) => job.data, its)
  await worker.waitUntilReady()
  await expect.poll(async () => (await queue.getWorkersCount()) > 0).toBe(true)
})

test('queueOptions: what is no command and no script is refused, alone and in a transaction', async () => {
  const { connection } = queueOptions(await masters.client(), 'bull-unknown')
  await expect(connection.runCommand('nothing', ['key'])).rejects.toThrow('BullMQ calls "nothing"')
  expect(() => connection.multi().runCommand('nothing', ['key'])).toThrow('BullMQ calls "nothing"')
})

test.each(['', '{mail}'])('queueOptions: %j is no tag', async (tag) => {
  const redis = await masters.client()
  expect(() => queueOptions(redis, tag)).toThrow(InvalidOptionError)
})

test('queueOptions: a client with a keyPrefix is refused', async () => {
  const redis = await masters.client({ keyPrefix: 'app:' })
  expect(() => queueOptions(redis, 'mail')).toThrow(InvalidOptionError)
})
