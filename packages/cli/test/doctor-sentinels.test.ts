import type { Fleet, FleetOptions } from '@disredis/fleet'
import { afterEach, describe, expect, test } from 'vitest'
import { examine, expectOnly, findsSoon, until } from '../test-support/examine.js'
import { access, startHealthyFleet } from '../test-support/healthy-fleet.js'
import { run } from '../test-support/run.js'

const fleets: Fleet[] = []
afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.close()))
})

async function start(options: FleetOptions = {}): Promise<Fleet> {
  const fleet = await startHealthyFleet({ masters: 1, ...options })
  fleets.push(fleet)
  return fleet
}

/** A hello, as Sentinels publish it through masters and replicas, delivered to one Sentinel. */
function hello(
  fleet: Fleet,
  to: number,
  from: { readonly host: string; readonly port: number; readonly id: string },
  master: { readonly host: string; readonly port: number },
  configEpoch = 0,
): Promise<unknown> {
  const fields = [
    from.host,
    from.port,
    from.id,
    0,
    'shard-1',
    master.host,
    master.port,
    configEpoch,
  ]
  return fleet.sentinel(to).command('PUBLISH', '__sentinel__:hello', fields.join(','))
}

async function idOf(fleet: Fleet, number: number): Promise<string> {
  return String(await fleet.sentinel(number).command('SENTINEL', 'MYID'))
}

describe('the layout', () => {
  test('no-majority-after-host-loss: two hosts with two Sentinels each', async () => {
    const fleet = await start({
      sentinels: 4,
      quorum: 2,
      bind: {
        masters: '127.0.0.1',
        replicas: '127.0.0.2',
        sentinels: ['127.0.0.1', '127.0.0.2'],
      },
    })
    const findings = await examine(fleet)
    const { evidence } = expectOnly(findings, 'no-majority-after-host-loss')
    expect(evidence).toContain('without 127.0.0.1 2 of 4 are left, 3 are needed')
    expectOnly(findings, 'even-number-of-sentinels')
    const { out } = await run(['doctor', '--simulate', '-s', fleet.sentinels.join(',')], {
      env: access,
    })
    expect(out).toMatch(/If 127\.0\.0\.1 is lost: master of shard-1/)
    expect(out).toMatch(/shard-1 +down +no leader can be elected: 2 of 4 Sentinels are left, 3/)
  })

  test('--simulate says who takes over, host by host', async () => {
    const fleet = await start()
    const { json, code } = await run(
      ['doctor', '--simulate', '--json', '-s', fleet.sentinels.join(',')],
      { env: access },
    )
    expect(code).toBe(0)
    expect(json.simulation).toMatchObject([
      { host: '127.0.0.1', shards: [{ shard: 'shard-1', outcome: 'fails-over' }] },
      { host: '127.0.0.2', shards: [{ outcome: 'weakened', reason: '0 of 1 replicas are left' }] },
      { host: '127.0.0.3', shards: [{ outcome: 'weakened' }] },
    ])
  })
})

describe('Sentinels that are not there', () => {
  test('sentinel-unreachable: a Sentinel that was given is down', async () => {
    const fleet = await start()
    await fleet.sentinel(3).kill()
    const { subject } = expectOnly(await examine(fleet), 'sentinel-unreachable')
    expect(subject).toBe(fleet.sentinels[2])
  })

  test('ghost-sentinel: one that only the others still know', async () => {
    const fleet = await start({ downAfter: 1000 })
    await fleet.sentinel(3).kill()
    const { subject } = await findsSoon(fleet.sentinels.slice(0, 2).join(','), 'ghost-sentinel')
    expect(subject).toBe(fleet.sentinels[2])
  })

  test('no-majority-now: two of three are down, and the rest is told all the same', async () => {
    const fleet = await start({ downAfter: 1000 })
    await fleet.sentinel(2).kill()
    await fleet.sentinel(3).kill()
    const { evidence } = await findsSoon(fleet, 'no-majority-now')
    expect(evidence.join()).toContain('NOQUORUM')
  })

  test('node-hangs: a Sentinel and a replica that are stopped cost neither the rest nor the time', async () => {
    const fleet = await start()
    await fleet.sentinel(2).pause()
    await fleet.replicas()[0]!.pause()
    const findings = await examine(fleet)
    expectOnly(findings, 'node-hangs')
    expect(findings.map(({ subject }) => subject)).toEqual([
      fleet.sentinels[1],
      `127.0.0.2:${fleet.replicas()[0]!.address.port}`,
    ])
  })

  test('sentinel-tilt: one that was frozen starts no failover for 30 s', async () => {
    const fleet = await start({ downAfter: 3000 })
    await fleet.sentinel(3).pause()
    await until(
      async () =>
        JSON.stringify(await fleet.sentinel(1).command('SENTINEL', 'SENTINELS', 'shard-1')),
      // Silent for longer than the 2 s that make the tilt.
      (answer) => answer.includes('s_down'),
    )
    await fleet.sentinel(3).resume()
    const { subject } = await findsSoon(fleet, 'sentinel-tilt')
    expect(subject).toBe(fleet.sentinels[2])
  })
})

describe('Sentinels that do not let us in, or are none', () => {
  test('sentinel-refuses-us: a wrong password', async () => {
    const fleet = await start()
    const env = { DISREDIS_SENTINEL_PASSWORD: 'wrong one' }
    const { evidence } = expectOnly(await examine(fleet, { env }), 'sentinel-refuses-us')
    expect(evidence.join()).toContain('refuses the credentials (WRONGPASS)')
    const { code, out, err } = await run(['doctor', '-s', fleet.sentinels.join(',')], {
      env: { ...access, ...env },
    })
    expect([code, err]).toEqual([3, 'disredis: No Sentinel could be reached'])
    expect(out).not.toContain('wrong one')
  })

  test('sentinel-refuses-us: no password where one is asked for', async () => {
    const fleet = await start()
    const { json, code } = await run(['doctor', '-s', fleet.sentinels.join(','), '--json'])
    expect(code).toBe(3)
    expectOnly(json.findings, 'sentinel-refuses-us')
  })

  test('not-a-sentinel: the address of a server, beside true ones', async () => {
    const fleet = await start()
    const { host, port } = fleet.master().address
    const given = [`${host}:${port}`, ...fleet.sentinels].join(',')
    expectOnly(await examine(given), 'not-a-sentinel')
  })
})

describe('Sentinels that do not agree', () => {
  test('foreign-sentinels: two deployments with the same master name heard of each other', async () => {
    const [ours, theirs] = [await start(), await start()]
    const { address } = theirs.master()
    for (const to of [1, 2, 3]) {
      for (const from of [1, 2, 3]) {
        const id = await idOf(theirs, from)
        await hello(ours, to, { ...theirs.sentinel(from).address, id }, address)
      }
    }
    const { evidence } = await findsSoon(ours, 'foreign-sentinels')
    expect(evidence.join()).toContain(`${address.host}:${address.port}`)
  })

  test('sentinels-disagree-on-address: one believes a forged hello', async () => {
    const fleet = await start({ sentinelTimers: { 'publish-period': 60_000 } })
    const from = { ...fleet.sentinel(2).address, id: await idOf(fleet, 2) }
    await hello(fleet, 1, from, fleet.replicas()[0]!.address, 7)
    const { evidence } = await findsSoon(fleet, 'sentinels-disagree-on-address')
    expect(evidence.join()).toContain('config-epoch 7')
  })

  test('sentinel-unknown-to-others: one has forgotten the others', async () => {
    const fleet = await start({ sentinelTimers: { 'publish-period': 60_000 } })
    await fleet.sentinel(3).command('SENTINEL', 'RESET', 'shard-1')
    const { evidence } = await findsSoon(fleet, 'sentinel-unknown-to-others')
    expect(evidence.join()).toContain(`${fleet.sentinels[2]} does not know ${fleet.sentinels[0]}`)
  })

  test('sentinel-cannot-reach-node: one has a wrong password of the servers', async () => {
    const fleet = await start({ downAfter: 1000 })
    await fleet.sentinel(1).command('SENTINEL', 'SET', 'shard-1', 'auth-pass', 'wrong one')
    for (const node of [fleet.master(), ...fleet.replicas()]) {
      for (const type of ['normal', 'pubsub']) await node.command('CLIENT', 'KILL', 'TYPE', type)
    }
    const { evidence } = await findsSoon(fleet, 'sentinel-cannot-reach-node')
    expect(evidence.join()).toContain(`${fleet.sentinels[0]} says`)
    expect(evidence.join()).not.toContain(`${fleet.sentinels[1]} says`)
  })
})
