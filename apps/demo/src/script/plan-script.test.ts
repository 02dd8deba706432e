import { expect, test } from 'vitest'
import { UsageError } from '../cli/usage-error.js'
import { readScript, type Stage } from './plan-script.js'
import { faultKinds, isFault } from './statement.js'

const fleet: Stage = { shards: ['a', 'b', 'c'], faults: faultKinds }
const stranger: Stage = { shards: ['a', 'b'], faults: ['planned'] }

test('failover has 5 of each fault, and each shard gets each kind', () => {
  const faults = readScript('failover')(fleet).filter(isFault)
  for (const kind of faultKinds) {
    const ofKind = faults.filter((fault) => fault.do === kind)
    expect(ofKind).toHaveLength(5)
    expect(new Set(ofKind.map(({ shard }) => shard))).toEqual(new Set(fleet.shards))
  }
})

test('failover restores after each crash and freeze, goes on elsewhere, and syncs at the end', () => {
  const statements = readScript('failover')(fleet)
  for (const [i, statement] of statements.entries()) {
    const next = statements[i + 1]
    if (statement.do === 'crash' || statement.do === 'freeze') {
      expect(next).toEqual({ do: 'restore', shard: statement.shard })
    }
  }
  const shards = statements.filter(isFault).map(({ shard }) => shard)
  for (const [i, shard] of shards.entries()) expect(shard).not.toBe(shards[i + 1])
  expect(statements.at(-1)).toEqual({ do: 'sync', shard: undefined })
})

test('failover on a deployment that is not the demo’s own has planned failovers only', () => {
  const faults = readScript('failover')(stranger).filter(isFault)
  expect(faults.map((fault) => fault.do)).toEqual(Array(5).fill('planned'))
  expect(new Set(faults.map(({ shard }) => shard))).toEqual(new Set(stranger.shards))
})

test('a script of one’s own is taken as it stands', () => {
  expect(readScript('crash b; restore')(fleet)).toEqual([
    { do: 'crash', shard: 'b' },
    { do: 'restore', shard: undefined },
  ])
})

test('an unknown shard is refused, also inside of a repetition, with the known ones', () => {
  const plan = readScript('repeat 2 { sync d }')
  expect(() => plan(fleet)).toThrow(UsageError)
  expect(() => plan(fleet)).toThrow('"d"; there are a, b, c')
})

test('a fault that cannot be injected is refused, with the reason', () => {
  const plan = readScript('planned a; freeze a')
  expect(plan(fleet)).toHaveLength(2)
  expect(() => plan(stranger)).toThrow('"freeze", and this deployment takes planned only')
})
