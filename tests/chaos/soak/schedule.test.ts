import { expect, test } from 'vitest'
import { scheduleOf, shardFaults, sharedFaults } from './schedule.js'

const shards = ['shard-1', 'shard-2', 'shard-3']

test('one seed and round give the same schedule, another round another', () => {
  expect(scheduleOf(7, 3, shards)).toEqual(scheduleOf(7, 3, shards))
  expect(scheduleOf(7, 3, shards)).not.toEqual(scheduleOf(7, 4, shards))
  expect(scheduleOf(8, 3, shards)).not.toEqual(scheduleOf(7, 3, shards))
})

test('in the long run every fault strikes, and every shard', () => {
  const faults = Array.from({ length: 500 }, (_, round) => scheduleOf(1, round, shards)).flat()
  const names = new Set(faults.map(({ name }) => name))
  expect([...names].sort()).toEqual([...shardFaults, ...sharedFaults].sort())
  expect(new Set(faults.map(({ shard }) => shard))).toEqual(new Set([undefined, ...shards]))
})

test('faults come in order of time, and shared ones name no shard', () => {
  for (let round = 0; round < 100; round++) {
    const faults = scheduleOf(1, round, shards)
    expect(faults.map(({ at }) => at)).toEqual(faults.map(({ at }) => at).sort((a, b) => a - b))
    for (const { name, shard } of faults) {
      expect(shard === undefined).toBe(sharedFaults.some((shared) => shared === name))
    }
  }
})
