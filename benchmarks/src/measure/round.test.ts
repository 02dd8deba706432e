import { expect, test } from 'vitest'
import type { Workload } from '../workloads/workload.js'
import { Round } from './round.js'
import { runRound } from './run-round.js'

test('a round ends with the first answer after its time and counts every operation', () => {
  const round = new Round(0)
  expect(round.isRunning).toBe(true)
  const answeredAt = round.answered(round.startedAt, 100)
  expect(answeredAt).toBeGreaterThanOrEqual(round.startedAt)
  expect(round.isRunning).toBe(false)
  expect(round.operations).toBe(100)
  expect(round.latencies.total).toBe(1)
})

test('the first error stops the other callers and is the one that is thrown', async () => {
  let isStopped = false
  const workload: Workload = {
    callers: 2,
    prepare: async () => {},
    verify: async () => {},
    async runCaller(caller, round) {
      if (caller === 0) throw new Error('wrong reply')
      while (round.isRunning) await new Promise(setImmediate)
      isStopped = true
    },
  }
  await expect(runRound(workload, 60_000)).rejects.toThrow('wrong reply')
  expect(isStopped).toBe(true)
})

test('what only shows after the round fails the round', async () => {
  const workload: Workload = {
    callers: 1,
    prepare: async () => {},
    runCaller: async (_, round) => {
      round.answered(round.startedAt, 1)
    },
    verify: async () => {
      throw new Error('a write was lost')
    },
  }
  await expect(runRound(workload, 1)).rejects.toThrow('a write was lost')
})
