import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../src/report/report.js'
import { runDemo } from '../test-support/run-demo.js'

let fleet: Fleet
let env: Record<string, string>

beforeAll(async () => {
  fleet = await startFleet({
    masters: ['orders', 'users'],
    downAfter: 30_000,
    sentinelTimers: { 'info-period': 200, 'publish-period': 200 },
    username: 'app',
    password: 'data-secret',
    sentinelPassword: 'sentinel-secret',
    tls: true,
  })
  const ca = join(fleet.nodes()[0]?.folder ?? '', 'ca.pem')
  writeFileSync(ca, fleet.tls?.ca ?? '')
  env = {
    DISREDIS_SENTINELS: fleet.sentinels.join(','),
    DISREDIS_USERNAME: 'app',
    DISREDIS_PASSWORD: 'data-secret',
    DISREDIS_SENTINEL_PASSWORD: 'sentinel-secret',
    DISREDIS_TLS: ca,
  }
})

afterAll(() => fleet?.close())

describe('a deployment with passwords and TLS that the demo did not start', () => {
  test('gets planned failovers, loses nothing by them, and keeps no key of the demo', async () => {
    const before = fleet.master('users').address
    const { code, stdout, stderr } = await runDemo(['--script', 'planned users', '--json'], { env })
    expect(code, stderr).toBe(0)
    const report: Report = JSON.parse(stdout)
    expect(report.deployment.kind).toBe('existing')
    expect(report.deployment.description).toContain('planned failovers only')
    expect(report.faults).toHaveLength(1)
    expect(report.faults[0]).toMatchObject({ kind: 'planned', shard: 'users', lost: 0 })
    expect(report.faults[0]?.newMaster).toEqual(fleet.master('users').address)
    expect(report.faults[0]?.newMaster).not.toEqual(before)
    expect(Object.keys(report.shards)).toEqual(['orders', 'users'])
    for (const name of fleet.masters) expect(await fleet.master(name).command('DBSIZE')).toBe(0)
  })

  test('is not crashed or frozen', async () => {
    const { code, stdout, stderr } = await runDemo(['--script', 'crash orders', '--json'], { env })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('crashes and freezes nothing but a fleet of its own')
    expect(fleet.master('orders').isRunning).toBe(true)
  })

  test.each([
    [{ DISREDIS_PASSWORD: 'wrong' }, 'refused the user name or password'],
    [{ DISREDIS_SENTINEL_PASSWORD: 'wrong' }, 'refused the user name or the password'],
    [{ DISREDIS_MASTERS: 'orders,sales' }, 'No Sentinel watches "sales"'],
  ])('is not reached with %j: exit code 3, and why', async (wrong, message) => {
    const { code, stdout, stderr } = await runDemo(['--script', 'sync', '--json'], {
      env: { ...env, ...wrong },
    })
    expect(code).toBe(3)
    expect(stdout).toBe('')
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('secret')
  })
})
