import { Queue, Scheduler, Worker } from 'node-resque'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('node-resque: jobs are queued and worked through', async () => {
  const redis = (await masters.client()) as never
  const connection = { redis, namespace: '{resque}' }
  const jobs = { add: { perform: async (a: number, b: number) => a + b } }
  const queue = new Queue({ connection }, jobs as never)
  await queue.connect()
  const worker = new Worker({ connection, queues: ['math'] }, jobs as never)
  await worker.connect()
  const succeeded = new Promise((resolve) =>
    worker.on('success', (_queue, _job, result) => resolve(result)),
  )
  await queue.enqueue('math', 'add', [1, 2])
  expect(await queue.length('math')).toBe(1)
  await worker.start()
  expect(await succeeded).toBe(3)
  await worker.end()
  await queue.end()
})

test('node-resque: a scheduler moves delayed jobs, if its client has no UNWATCH', async () => {
  const redis = await masters.client()
  // By that it knows that it cannot watch keys: connections are shared.
  Object.assign(redis, { unwatch: undefined })
  const connection = { redis: redis as never, namespace: '{later}' }
  const queue = new Queue({ connection }, { add: { perform: async () => 1 } } as never)
  await queue.connect()
  const scheduler = new Scheduler({ connection, timeout: 20 })
  const errors: unknown[] = []
  scheduler.on('error', (error) => errors.push(error))
  await scheduler.connect()
  await queue.enqueueAt(Date.now() - 1000, 'math', 'add', [])
  await scheduler.start()
  await expect.poll(() => queue.length('math'), { timeout: 20_000 }).toBe(1)
  await scheduler.end()
  await queue.end()
  expect(errors).toEqual([])
})
