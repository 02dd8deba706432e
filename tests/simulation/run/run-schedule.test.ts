import { expect, test } from 'vitest'
import type { Fault } from '../schedule/fault.js'
import { makeSchedule } from '../schedule/make-schedule.js'
import { runSchedule } from './run-schedule.js'
import { shrinkSchedule } from './shrink-schedule.js'
import { tellStory } from './tell-story.js'

test('a schedule runs the same way each time, whether its story is kept or not', async () => {
  const schedule = makeSchedule(2)
  const first = await runSchedule(schedule, true)
  const second = await runSchedule(schedule, true)
  expect(tellStory(schedule, second)).toBe(tellStory(schedule, first))
  const third = await runSchedule(schedule)
  expect(third.events).toBe(first.events)
  expect(third.operations).toBe(first.operations)
})

test('seeds give schedules of their own, the same each time', () => {
  expect(makeSchedule(1)).toEqual(makeSchedule(1))
  expect(makeSchedule(1)).not.toEqual(makeSchedule(2))
})

test('a schedule that fails is shrunk to what it takes to fail', async () => {
  const schedule = makeSchedule(24)
  const isGuilty = ({ kind }: Fault) => kind === 'crash'
  expect(schedule.faults.length).toBeGreaterThan(3)
  expect(schedule.faults.some(isGuilty)).toBe(true)
  const shortest = await shrinkSchedule(schedule, async ({ faults }) =>
    faults.some(isGuilty) ? new Set(['crashed']) : new Set(),
  )
  expect(shortest.faults.map(({ kind }) => kind)).toEqual(['crash'])
  expect(shortest.clients).toHaveLength(1)
  expect(shortest.clients[0]).toMatchObject({ users: 1, burst: 1, keys: 1 })
  expect(shortest.plan.shards.length).toBeLessThanOrEqual(schedule.plan.shards.length)
})
