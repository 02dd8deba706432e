import { expect, test } from 'vitest'
import { faultRecord } from '../../test-support/fault-record.js'
import { type Evidence, judge } from './guarantees.js'
import type { ShardReport } from './shard-report.js'

function shard(given: Partial<ShardReport['writes']> = {}, rest: Partial<ShardReport> = {}) {
  return {
    writes: {
      issued: 10,
      pending: 0,
      acknowledged: 10,
      unknown: 0,
      refused: 0,
      verified: 10,
      lost: 0,
      duplicated: 0,
      executedThoughRefused: 0,
      strangers: 0,
      ...given,
    },
    reads: { answered: 10, missing: 0, wrong: 0 },
    errors: {},
    unprovokedErrors: {},
    latency: { p50: 1, p99: 2 },
    ...rest,
  } satisfies ShardReport
}

function verdicts(evidence: Partial<Evidence>): Record<string, boolean | null> {
  const guarantees = judge({
    faults: [],
    shards: [shard()],
    unsettled: 0,
    lostWithoutFault: 0,
    ...evidence,
  })
  return Object.fromEntries(guarantees.map(({ id, held }) => [id, held]))
}

test('a run without a fault holds what it can and judges no failover', () => {
  expect(verdicts({})).toEqual({
    recovered: null,
    plannedLost: null,
    lostWithoutFault: true,
    crashAfterSwitch: null,
    freezeAfterSwitch: null,
    duplicated: true,
    executedThoughRefused: true,
    strangers: true,
    unsettled: true,
    unprovokedErrors: true,
    wrongReplies: true,
    unverified: true,
  })
})

test.each<[string, Partial<Evidence>]>([
  ['recovered', { faults: [faultRecord({ isRecovered: false })] }],
  ['plannedLost', { faults: [faultRecord({ kind: 'planned', lost: 1 })] }],
  ['lostWithoutFault', { lostWithoutFault: 1 }],
  ['duplicated', { shards: [shard(), shard({ duplicated: 1 })] }],
  ['executedThoughRefused', { shards: [shard({ executedThoughRefused: 1 })] }],
  ['strangers', { shards: [shard({ strangers: 1 })] }],
  ['unsettled', { unsettled: 1 }],
  ['unprovokedErrors', { shards: [shard({}, { unprovokedErrors: { ShardDownError: 1 } })] }],
  ['wrongReplies', { shards: [shard({}, { reads: { answered: 9, missing: 0, wrong: 1 } })] }],
  ['unverified', { shards: [shard({ verified: 9 })] }],
])('%s is broken by a single case', (id, evidence) => {
  const broken = Object.entries(verdicts(evidence)).filter(([, held]) => held === false)
  expect(broken).toEqual([[id, false]])
})

test('a crash or freeze may lose writes that were not replicated yet', () => {
  const faults = [faultRecord({ lost: 3 }), faultRecord({ kind: 'freeze', lost: 2 })]
  const shards = [shard({ verified: 5, lost: 5 })]
  expect(verdicts({ faults, shards })).toMatchObject({ plannedLost: null, unverified: true })
})

test('the time after +switch-master is judged by the median of at least five faults', () => {
  const crashes = (values: readonly number[]) =>
    values.map((afterSwitchMaster) => faultRecord({ afterSwitchMaster }))
  expect(verdicts({ faults: crashes([900, 900, 900, 900]) }).crashAfterSwitch).toBeNull()
  expect(verdicts({ faults: crashes([900, -800, 50, 900, 20]) }).crashAfterSwitch).toBe(true)
  expect(verdicts({ faults: crashes([900, -800, 51, 900, 20]) }).crashAfterSwitch).toBe(false)
  expect(verdicts({ faults: crashes([900, 900, 900, 900, 900]) }).freezeAfterSwitch).toBeNull()
})
