import { describe, expect, test } from 'vitest'
import type { Report } from '../src/report/report.js'
import { runDemo } from '../test-support/run-demo.js'

/** What holds however slow the machine is. */
const timeless = [
  'recovered',
  'plannedLost',
  'duplicated',
  'executedThoughRefused',
  'strangers',
  'unsettled',
  'wrongReplies',
  'unverified',
]

describe('--script failover-once --json', () => {
  test('breaks a master in each way, verifies every acknowledged write, and reports', async () => {
    const { code, stdout, stderr } = await runDemo(['--script', 'failover-once', '--json'])
    const report: Report = JSON.parse(stdout)

    const held = new Map(report.guarantees.map((guarantee) => [guarantee.id, guarantee.held]))
    for (const id of timeless) expect([id, held.get(id)], stderr).toEqual([id, true])
    // One fault of a kind has no median.
    expect(held.get('crashAfterSwitch')).toBeNull()
    expect(held.get('freezeAfterSwitch')).toBeNull()
    expect(report.ok).toBe(![...held.values()].includes(false))
    expect(code).toBe(report.ok ? 0 : 1)

    expect(report.deployment.kind).toBe('fleet')
    expect(report.faults.map(({ kind, shard }) => [kind, shard])).toEqual([
      ['crash', 'shard-1'],
      ['freeze', 'shard-2'],
      ['planned', 'shard-3'],
    ])
    for (const fault of report.faults) {
      expect(fault).toEqual({
        ...fault,
        node: expect.stringContaining(fault.shard),
        newMaster: { host: '127.0.0.1', port: expect.any(Number) },
        isRecovered: true,
        gap: expect.any(Number),
        firstAcknowledgement: expect.any(Number),
        switchMaster: expect.any(Number),
        afterSwitchMaster: expect.any(Number),
      })
    }
    expect(Object.keys(report.summary)).toEqual(['crash', 'freeze', 'planned'])
    expect(report.summary.crash).toMatchObject({ count: 1, recovered: 1 })

    expect(Object.keys(report.shards)).toEqual(['shard-1', 'shard-2', 'shard-3'])
    for (const { writes, reads, latency } of Object.values(report.shards)) {
      expect(writes.acknowledged).toBeGreaterThan(100)
      expect(writes.verified + writes.lost).toBe(writes.acknowledged)
      expect(writes.acknowledged + writes.unknown + writes.refused).toBe(writes.issued)
      expect(reads.answered).toBeGreaterThan(100)
      expect(latency.p99).toBeGreaterThanOrEqual(latency.p50 ?? Number.NaN)
    }
    expect(stderr).toMatch(/crash \(kill -9\): shard-1/)
    expect(stderr).toMatch(/held +writes executed twice: 0/)
  })
})

test('an interrupted run ends everything and says so by its exit code', async () => {
  const interrupt = new AbortController()
  let progress = ''
  const { code, stdout } = await runDemo(['--script', 'crash; wait 600s', '--json'], {
    signal: interrupt.signal,
    onProgress: (text) => {
      progress += text
      if (progress.includes('crash (kill -9)')) interrupt.abort()
    },
  })
  expect(code).toBe(130)
  expect(stdout).toBe('')
})

describe('what cannot be used ends with exit code 2 before anything is started', () => {
  test.each([
    [['--json'], '--json reports on a script'],
    [['--script', 'explode'], '"explode" is neither a statement'],
    [['--script', 'crash shard-9'], 'there are shard-1, shard-2, shard-3'],
    [['--colour'], "Unknown option '--colour'"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runDemo(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('fleet')
  })
})

test('--help tells of keys, scripts, environment and exit codes', async () => {
  const { code, stdout } = await runDemo(['--help'])
  expect(code).toBe(0)
  for (const title of ['Keys', 'Scripts', 'Environment', 'Exit codes']) {
    expect(stdout).toContain(title)
  }
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100)
})
