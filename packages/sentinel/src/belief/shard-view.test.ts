import type { Address } from '@disredis/connection'
import { expect, test } from 'vitest'
import type { MasterReport } from '../protocol/sentinel-report.js'
import { ShardView } from './shard-view.js'

const node = (host: string): Address => Object.freeze({ host, port: 6379 })
const [a, b, c] = [node('a'), node('b'), node('c')]
const source = (id: string) => ({ id, address: node(id) })
const everyone = (ids: readonly string[]) => ids

function report(address: Address, epoch: number, more: Partial<MasterReport> = {}): MasterReport {
  return {
    quorum: 2,
    downAfter: 30_000,
    flags: ['master'],
    claim: { address, epoch },
    node: undefined,
    replicaNodes: undefined,
    failover: undefined,
    replicas: undefined,
    sentinels: undefined,
    fingerprint: '',
    ...more,
  }
}

function replicas(...addresses: Address[]): Pick<MasterReport, 'replicas'> {
  const more = { flags: ['slave'], masterLinkUp: true, priority: 100 }
  return { replicas: addresses.map((address) => ({ address, ...more })) }
}

const members = { connected: new Set(['s1', 's2', 's3']), size: 3, now: 0 }

const hostsOf = (view: ShardView) =>
  view.snapshot(everyone)!.replicas.map(({ address }) => address.host)

test('there is no snapshot before anyone said where the master is', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), { ...report(a, 0), claim: undefined }, members)
  expect(view.snapshot(everyone)).toBeUndefined()
})

test('replicas are sorted, so that no reply order shows through', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, replicas(c, b)), members)
  expect(hostsOf(view)).toEqual(['b', 'c'])
})

test('the master is never among its own replicas, as the leader lists it for a while', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(b, 2, replicas(b, c)), members)
  expect(hostsOf(view)).toEqual(['c'])
})

test('answers without replicas keep those of the answer before', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, replicas(b)), members)
  view.applyReport(source('s1'), report(a, 1), members)
  expect(hostsOf(view)).toEqual(['b'])
})

test('what was said of the master before a switch is not said of the one after it', () => {
  const view = new ShardView('s')
  view.applyReport(
    source('s1'),
    report(a, 1, { flags: ['master', 's_down'], ...replicas(b, c) }),
    members,
  )
  expect(view.snapshot(everyone)!.flags).toEqual(['master', 's_down'])
  view.applyEvent({ kind: 'masterSwitched', shard: 's', from: a, to: b }, source('s1'), members)
  expect(view.snapshot(everyone)).toMatchObject({ master: b, configEpoch: 2, flags: ['master'] })
  expect(hostsOf(view)).toEqual(['c'])
})

test('a Sentinel that is out of date describes nothing', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(b, 2, replicas(c)), members)
  view.applyReport(
    source('s2'),
    report(a, 1, { flags: ['master', 'o_down'], ...replicas(b) }),
    members,
  )
  expect(view.snapshot((ids) => ids.filter((id) => id === 's2'))!.flags).toEqual(['master'])
  expect(hostsOf(view)).toEqual(['c'])
})

test('one Sentinel describes it as long as it is preferred: small differences do not flap', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, { quorum: 1, ...replicas() }), members)
  view.applyReport(source('s2'), report(a, 1, { quorum: 2, ...replicas() }), members)
  expect(view.snapshot(everyone)!.quorum).toBe(1)
  expect(view.snapshot(() => ['s2', 's1'])!.quorum).toBe(1)
  expect(view.snapshot(() => ['s2'])!.quorum).toBe(2)
  expect(view.snapshot(everyone)!.quorum).toBe(2)
  expect(view.snapshot(() => [])!.quorum).toBe(2)
})

test('a snapshot that is equal to the one before is the same object', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, replicas(b)), members)
  const first = view.snapshot(everyone)
  view.applyReport(source('s1'), report(a, 1, replicas(b)), members)
  expect(view.snapshot(everyone)).toBe(first)
  view.applyReport(source('s1'), report(a, 1, replicas(b, c)), members)
  expect(view.snapshot(everyone)).not.toBe(first)
})

test('a failover is shown while the master is the one that is being replaced', () => {
  const view = new ShardView('s')
  view.applyReport(
    source('s1'),
    report(a, 1, { failover: { replica: b }, ...replicas(b) }),
    members,
  )
  const failover = { sentinel: source('s1'), master: a, replica: b }
  expect(view.snapshot(everyone)!.failover).toEqual(failover)
  view.applyReport(source('s2'), report(b, 2, replicas(a)), members)
  expect(view.snapshot(everyone)).toMatchObject({ master: b, failover: undefined })
})

test('a failover is not shown when its leader is out of reach', () => {
  const view = new ShardView('s')
  view.applyReport(
    source('s1'),
    report(a, 1, { failover: { replica: b }, ...replicas(b) }),
    members,
  )
  view.onDisconnected('s1')
  expect(view.snapshot(everyone)).toMatchObject({ master: a, failover: undefined })
})

test('a replica that is just being promoted is known to a Sentinel that lists it no more', () => {
  const view = new ShardView('s')
  for (const id of ['s1', 's2', 's3']) {
    view.applyReport(source(id), report(a, 1, replicas(b, c)), members)
  }
  view.applyReport(source('s1'), report(b, 2, replicas(a, c)), members)
  // Its answer fell into its own switch: the list is the one after it, the claim cannot be used.
  view.applyReport(source('s2'), { ...report(b, 2, replicas(a, c)), claim: undefined }, members)
  view.applyReport(source('s3'), report(a, 1), members)
  expect(view.snapshot(everyone)!.master).toEqual(b)
})

test('a master under two names is not among its own replicas, and is not another one', () => {
  const view = new ShardView('s')
  const [byAddress, byName] = [node('10.0.0.1'), node('one.example')]
  const self = (address: Address) => ({ node: { address, runId: 'x' } })
  for (const id of ['s1', 's2']) {
    view.applyReport(
      source(id),
      report(byAddress, 1, { ...self(byAddress), ...replicas(b) }),
      members,
    )
  }
  view.applyReport(
    source('s3'),
    report(byName, 1, { ...self(byName), ...replicas(byAddress, b) }),
    members,
  )
  const snapshot = view.snapshot((ids) => ids.filter((id) => id === 's3'))!
  expect(snapshot.master).toEqual(byAddress)
  expect(snapshot.replicas.map(({ address }) => address)).toEqual([b])
  const elected = { kind: 'leaderElected', shard: 's', master: byName } as const
  view.applyEvent(elected, source('s3'), members)
  expect(view.snapshot(everyone)!.failover).toMatchObject({ master: byAddress })
})
