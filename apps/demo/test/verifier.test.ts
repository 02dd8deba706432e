import { type Fleet, startFleet } from '@disredis/fleet'
import { parseSentinels } from '@disredis/sentinel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExistingDeployment } from '../src/deployment/existing-deployment.js'
import { type SwitchSeen, SwitchWatch } from '../src/measurement/switch-watch.js'
import { now } from '../src/time.js'
import { Verifier } from '../src/verification/verifier.js'
import { ShardTraffic } from '../src/workload/shard-traffic.js'

// A restarted or demoted master is back as a replica in a second instead of ten.
const sentinelTimers = { 'info-period': 200, 'publish-period': 200 }
const open = { username: undefined, password: undefined, tls: undefined }

let fleet: Fleet
let deployment: ExistingDeployment

beforeAll(async () => {
  fleet = await startFleet({
    masters: 1,
    replicas: 1,
    sentinels: 3,
    downAfter: 30_000,
    sentinelTimers,
  })
  deployment = new ExistingDeployment({
    sentinels: parseSentinels(fleet.sentinels),
    masters: undefined,
    data: open,
    sentinel: open,
  })
})

afterAll(() => fleet?.close())

/** Traffic of so many writes that are acknowledged and stored. */
async function written(prefix: string, count: number): Promise<ShardTraffic> {
  let keys = 0
  const traffic = new ShardTraffic('shard-1', () => `${prefix}:${++keys}`, now())
  const master = fleet.master()
  for (let i = 0; i < count; i++) {
    const entry = traffic.ledger.begin()
    await master.command('RPUSH', entry.page.key, entry.id)
    traffic.ledger.settle(entry, 'acknowledged')
  }
  return traffic
}

describe('a verification', () => {
  test('finds every acknowledged write on the master', async () => {
    const traffic = await written('whole', 20)
    expect(await new Verifier(deployment).verify(traffic)).toEqual({ lost: 0, duplicated: 0 })
    expect(traffic.ledger.totals()).toMatchObject({ acknowledged: 20, verified: 20 })
  })

  test('notices what was taken away and what came twice, each once', async () => {
    const traffic = await written('holes', 20)
    const key = traffic.ledger.pages[0]?.key ?? ''
    const verifier = new Verifier(deployment)
    await fleet.master().command('LREM', key, 0, '7')
    await fleet.master().command('RPUSH', key, '3', '3')
    expect(await verifier.verify(traffic)).toEqual({ lost: 1, duplicated: 2 })
    traffic.ledger.doubt()
    expect(await verifier.verify(traffic)).toEqual({ lost: 0, duplicated: 0 })
    expect(traffic.ledger.totals()).toMatchObject({ verified: 19, lost: 1, duplicated: 2 })
  })
})

test('a planned failover is seen on every Sentinel, and the deployment follows it', async () => {
  const before = await deployment.masterAddress('shard-1')
  const seen: SwitchSeen[] = []
  await using watch = await SwitchWatch.start(parseSentinels(fleet.sentinels), open, (trouble) => {
    throw new Error(trouble)
  })
  watch.onSwitch((one) => seen.push(one))
  const start = now()
  await deployment.inject('planned', 'shard-1')
  await expect.poll(() => seen.length, { timeout: 60_000 }).toBe(3)
  expect(seen.map(({ sentinel }) => sentinel.port).sort()).toEqual(
    parseSentinels(fleet.sentinels)
      .map(({ port }) => port)
      .sort(),
  )
  for (const one of seen) {
    expect(one).toMatchObject({ shard: 'shard-1', from: before })
    expect(one.at).toBeGreaterThan(start)
  }
  await deployment.waitForSync('shard-1', new AbortController().signal)
  expect(await deployment.masterAddress('shard-1')).toEqual(seen[0]?.to)
  expect(await fleet.waitForMaster()).toBe(fleet.master())
})

test('a node that does not answer is named by its address', async () => {
  const traffic = await written('gone', 1)
  await fleet.waitForSync()
  const master = fleet.master()
  await master.kill()
  await expect(new Verifier(deployment).verify(traffic)).rejects.toThrow(
    `${master.address.host}:${master.address.port}`,
  )
})
