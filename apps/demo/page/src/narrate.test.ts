import { expect, test } from 'vitest'
import type { FailoverRecord } from '../../src/failovers/failover-record.js'
import type { DemoSection, ShardSection, TotalsSection } from '../../src/web/sections.js'
import { narrate } from './narrate.js'

const demo = { shards: ['a', 'b', 'c'], kind: 'fleet', isBroken: false } as unknown as DemoSection
const totals = { crowd: { signedOut: 0 } } as TotalsSection
const record = {
  shard: 'b',
  cause: 'crash',
  state: 'over',
  gap: [-3, 1_700],
  from: 'x',
  to: 'y',
  acknowledged: 1_204,
  lost: 0,
} as unknown as FailoverRecord

const tell = (failovers: FailoverRecord[], given: Partial<DemoSection> = {}) =>
  narrate({ demo: { ...demo, ...given }, totals, shards: [], failovers })

test('a crash is told from its beginning to its end', () => {
  expect(tell([])).toBe(
    'Three masters serve. Sign in, press Crash at any of them, and see who notices.',
  )
  expect(tell([{ ...record, state: 'under way' }])).toMatch(
    /^The master of b was killed\. Its writes wait/,
  )
  expect(tell([{ ...record, lost: null }])).toBe(
    'b is served by its promoted replica again after 1.7\u00a0s. Looking for each of 1,204 acknowledged writes …',
  )
  expect(tell([record], { isBroken: true })).toBe(
    'b is served by its promoted replica again after 1.7\u00a0s. 1,204 writes acknowledged meanwhile, 0 lost; nobody was signed out. What broke is still down: press Restore.',
  )
  expect(tell([{ ...record, state: 'failed' }])).toBe('b is not served again. Press Restore.')
})

test('a fault that waits for its replica says so', () => {
  const shard = { name: 'c', fault: { kind: 'crash', isAwaited: true } } as ShardSection
  expect(narrate({ demo, totals, shards: [shard], failovers: [record] })).toMatch(/^c will be hit/)
})
