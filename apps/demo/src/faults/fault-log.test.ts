import { expect, test } from 'vitest'
import { faultRecord } from '../../test-support/fault-record.js'
import { FaultLog } from './fault-log.js'

test('what a verification finds belongs to the last fault of its shard', () => {
  const log = new FaultLog()
  log.add(faultRecord({ shard: 'a' }))
  log.add(faultRecord({ shard: 'a', kind: 'planned' }))
  log.add(faultRecord({ shard: 'b' }))
  log.found('a', { lost: 2, duplicated: 1 })
  log.found('a', { lost: 1, duplicated: 0 })
  expect(log.records.map(({ lost, duplicated }) => [lost, duplicated])).toEqual([
    [0, 0],
    [3, 1],
    [0, 0],
  ])
  expect(log.lostWithoutFault).toBe(0)
})

test('a loss on a shard that had no fault is kept apart', () => {
  const log = new FaultLog()
  log.add(faultRecord({ shard: 'a' }))
  log.found('b', { lost: 4, duplicated: 0 })
  expect(log.lostWithoutFault).toBe(4)
  expect(log.records[0]?.lost).toBe(0)
})
