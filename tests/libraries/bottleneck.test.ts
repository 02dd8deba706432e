import Bottleneck from 'bottleneck'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('Bottleneck: limiters of two processes share one limit', async () => {
  const limiters: Bottleneck[] = []
  const connections: Bottleneck.IORedisConnection[] = []
  for (let i = 0; i < 2; i++) {
    const client = await masters.client()
    const connection = new Bottleneck.IORedisConnection({ client })
    await connection.ready
    connections.push(connection)
    limiters.push(
      new Bottleneck({ id: '{jobs}', datastore: 'ioredis', connection, maxConcurrent: 1 }),
    )
  }
  await Promise.all(limiters.map((limiter) => limiter.ready()))
  let running = 0
  let most = 0
  const job = async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 5))
    running--
    return 'done'
  }
  const jobs = limiters.flatMap((limiter) => [1, 2, 3].map(() => limiter.schedule(job)))
  expect(await Promise.all(jobs)).toEqual(Array(6).fill('done'))
  expect(most).toBe(1)
  await Promise.all(limiters.map((limiter) => limiter.disconnect(true)))
  await Promise.all(connections.map((connection) => connection.disconnect(true)))
})
