import type { Disredis } from '@disredis/client'
import Bull from 'bull'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('Bull: jobs are worked through, delayed ones too, and closing is no error', async () => {
  const client = await masters.client()
  const subscriber = await masters.client()
  const blocking: Disredis[] = []
  const errors: Error[] = []
  const queue = new Bull<{ n: number }>('mail', {
    prefix: '{mail}',
    createClient(type) {
      if (type === 'client') return client as never
      if (type === 'subscriber') return subscriber as never
      blocking.push(client.duplicate())
      return blocking.at(-1) as never
    },
  })
  queue.on('error', (error) => errors.push(error))
  const done: number[] = []
  queue.process(async ({ data }) => {
    done.push(data.n)
    return data.n * 2
  })
  const jobs = [await queue.add({ n: 1 }), await queue.add({ n: 2 }, { delay: 50 })]
  expect(await Promise.all(jobs.map((job) => job.finished()))).toEqual([2, 4])
  expect(done.sort()).toEqual([1, 2])
  expect(await queue.getJobCounts()).toMatchObject({ completed: 2, failed: 0 })
  expect(await masters.shardsInUse(client)).toHaveLength(1)
  await queue.close()
  await Promise.all(blocking.map((it) => it.close()))
  expect(errors).toEqual([])
})
