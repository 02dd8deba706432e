import { type Fleet, startFleet } from '@disredis/fleet'
import { parseSentinels } from '@disredis/sentinel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Demo } from '../src/demo.js'
import { EventLog } from '../src/event-log.js'

const open = { username: undefined, password: undefined, tls: undefined }
const poll = { timeout: 60_000, interval: 20 }

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({
    masters: 2,
    downAfter: 30_000,
    sentinelTimers: { 'info-period': 200, 'publish-period': 200 },
  })
})

afterAll(() => fleet?.close())

function startDemo(retireAfter: number): Promise<Demo> {
  const sentinels = parseSentinels(fleet.sentinels)
  return Demo.start({
    existing: { sentinels, masters: undefined, data: open, sentinel: open },
    retireAfter,
    log: new EventLog(),
    signal: new AbortController().signal,
  })
}

async function brokenGuarantees(demo: Demo): Promise<string[]> {
  const { guarantees, ok } = await demo.finish()
  expect(ok).toBe(guarantees.every(({ held }) => held !== false))
  return guarantees.filter(({ held }) => held === false).map(({ id }) => id)
}

test('traffic without a fault breaks no guarantee', async () => {
  await using demo = await startDemo(Number.POSITIVE_INFINITY)
  const counted = () => demo.report().shards
  await expect.poll(() => counted()['shard-1']?.writes.acknowledged, poll).toBeGreaterThan(50)
  await expect.poll(() => counted()['shard-2']?.reads.answered, poll).toBeGreaterThan(50)
  const broken = await brokenGuarantees(demo)
  // A machine that starves the servers for a second gives the callers with that deadline errors.
  expect(broken.filter((id) => id !== 'unprovokedErrors')).toEqual([])
})

test('writes that vanish, come twice or from nowhere, and changed values, are all noticed', async () => {
  await using demo = await startDemo(Number.POSITIVE_INFINITY)
  const traffic = demo.workload.traffic.get('shard-1')
  const page = () => traffic?.ledger.pages[0]
  await expect.poll(() => page()?.acknowledged.length, poll).toBeGreaterThan(50)
  const [first, second] = page()?.acknowledged ?? []
  const key = page()?.key ?? ''
  const master = fleet.master('shard-1')
  await master.command('LREM', key, 0, String(first))
  await master.command('RPUSH', key, String(second), 'nobody')
  await master.command('SET', traffic?.knownValues[0]?.key ?? '', 'another value')
  await expect.poll(() => traffic?.reads.wrong, poll).toBeGreaterThan(0)
  const broken = await brokenGuarantees(demo)
  expect(broken.filter((id) => id !== 'unprovokedErrors')).toEqual([
    'lostWithoutFault',
    'duplicated',
    'strangers',
    'wrongReplies',
  ])
})

test('a demo that runs on forgets what was verified, removes it, and keeps the figures', async () => {
  await using demo = await startDemo(0)
  const ledger = () => demo.workload.traffic.get('shard-2')?.ledger
  const first = ledger()?.pages[0]?.key ?? ''
  await expect.poll(() => ledger()?.pages.some(({ key }) => key === first), poll).toBe(false)
  await expect.poll(() => fleet.master('shard-2').command('EXISTS', first), poll).toBe(0)
  const totals = ledger()?.totals()
  expect(totals?.verified).toBeGreaterThanOrEqual(2_000)
  expect(await brokenGuarantees(demo)).not.toContain('unverified')
})

test('what a fault took is found afterwards, though it had been verified before', async () => {
  await using demo = await startDemo(Number.POSITIVE_INFINITY)
  const first = () => demo.workload.traffic.get('shard-1')?.ledger.pages[0]
  await expect.poll(() => first()?.isProven, poll).toBe(true)
  await demo.conductor.inject('planned', 'shard-1')
  const taken = String(first()?.acknowledged[0])
  await fleet.master('shard-1').command('LREM', first()?.key ?? '', 0, taken)
  await demo.conductor.sync('shard-1')
  expect(demo.faults.records).toMatchObject([{ kind: 'planned', shard: 'shard-1', lost: 1 }])
  expect(await brokenGuarantees(demo)).toContain('plannedLost')
})
