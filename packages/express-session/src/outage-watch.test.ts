import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OutageWatch } from './outage-watch.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function watch({ after }: { after?: number | undefined } = { after: 5_000 }) {
  const told: string[] = []
  const redis = { isAnswering: false, questions: 0 }
  const outage = new OutageWatch({
    after,
    probe: async () => {
      redis.questions++
      return redis.isAnswering
    },
    onOutage: () => told.push('outage'),
    onRecovery: () => told.push('recovery'),
  })
  return { outage, redis, told }
}

test('nothing is asked while nothing fails', async () => {
  const { redis } = watch()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(redis.questions).toBe(0)
})

test('a failure that is over before the time is no outage', async () => {
  const { outage, redis, told } = watch()
  outage.failed()
  await vi.advanceTimersByTimeAsync(4_000)
  redis.isAnswering = true
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual([])
  expect(redis.questions).toBe(5)
})

test('failures before and after an answer are not added up', async () => {
  const { outage, redis, told } = watch()
  for (let i = 0; i < 5; i++) {
    redis.isAnswering = false
    outage.failed()
    await vi.advanceTimersByTimeAsync(3_000)
    redis.isAnswering = true
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(told).toEqual([])
})

test('no answer at all for the whole time is an outage, told once, and so is its end', async () => {
  const { outage, redis, told } = watch()
  outage.failed()
  await vi.advanceTimersByTimeAsync(4_000)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told).toEqual(['outage'])
  outage.failed()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(told).toEqual(['outage'])
  redis.isAnswering = true
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told).toEqual(['outage', 'recovery'])
  redis.isAnswering = false
  outage.failed()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(told).toEqual(['outage', 'recovery', 'outage'])
})

test('closing ends an outage, and the questions', async () => {
  const { outage, redis, told } = watch()
  outage.failed()
  await vi.advanceTimersByTimeAsync(5_000)
  outage.close()
  expect(told).toEqual(['outage', 'recovery'])
  outage.failed()
  const { questions } = redis
  await vi.advanceTimersByTimeAsync(60_000)
  expect(redis.questions).toBe(questions)
})

test('without a time there is never an outage', async () => {
  const { outage, redis, told } = watch({ after: undefined })
  outage.failed()
  await vi.advanceTimersByTimeAsync(600_000)
  expect([told, redis.questions]).toEqual([[], 0])
})
