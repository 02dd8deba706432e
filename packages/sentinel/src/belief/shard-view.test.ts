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
    flags: ['master'],
    claim: { address, epoch },
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

const hostsOf = (view: ShardView) =>
  view.snapshot(everyone)!.replicas.map(({ address }) => address.host)

test('there is no snapshot before anyone said where the master is', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), { ...report(a, 0), claim: undefined }, 3)
  expect(view.snapshot(everyone)).toBeUndefined()
})

test('replicas are sorted, so that no reply order shows through', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, replicas(c, b)), 3)
  expect(hostsOf(view)).toEqual(['b', 'c'])
})

test('the master is never among its own replicas, as the leader lists it for a while', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(b, 2, replicas(b, c)), 3)
  expect(hostsOf(view)).toEqual(['c'])
})

test('answers without replicas keep those of the answer before', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, replicas(b)), 3)
  view.applyReport(source('s1'), report(a, 1), 3)
  expect(hostsOf(view)).toEqual(['b'])
})

test('what was said of the master before a switch is not said of the one after it', () => {
  const view = new ShardView('s')
  view.applyReport(
    source('s1'),
    report(a, 1, { flags: ['master', 's_down'], ...replicas(b, c) }),
    3,
  )
  expect(view.snapshot(everyone)!.flags).toEqual(['master', 's_down'])
  view.applyEvent({ kind: 'masterSwitched', shard: 's', from: a, to: b }, source('s1'))
  expect(view.snapshot(everyone)).toMatchObject({ master: b, configEpoch: 2, flags: ['master'] })
  expect(hostsOf(view)).toEqual(['c'])
})

test('a Sentinel that is out of date describes nothing', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(b, 2, replicas(c)), 3)
  view.applyReport(source('s2'), report(a, 1, { flags: ['master', 'o_down'], ...replicas(b) }), 3)
  expect(view.snapshot((ids) => ids.filter((id) => id === 's2'))!.flags).toEqual(['master'])
  expect(hostsOf(view)).toEqual(['c'])
})

test('one Sentinel describes it as long as it is preferred: small differences do not flap', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, { quorum: 1, ...replicas() }), 3)
  view.applyReport(source('s2'), report(a, 1, { quorum: 2, ...replicas() }), 3)
  expect(view.snapshot(everyone)!.quorum).toBe(1)
  expect(view.snapshot(() => ['s2', 's1'])!.quorum).toBe(1)
  expect(view.snapshot(() => ['s2'])!.quorum).toBe(2)
  expect(view.snapshot(everyone)!.quorum).toBe(2)
  expect(view.snapshot(() => [])!.quorum).toBe(2)
})

test('a snapshot that is equal to the one before is the same object', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, replicas(b)), 3)
  const first = view.snapshot(everyone)
  view.applyReport(source('s1'), report(a, 1, replicas(b)), 3)
  expect(view.snapshot(everyone)).toBe(first)
  view.applyReport(source('s1'), report(a, 1, replicas(b, c)), 3)
  expect(view.snapshot(everyone)).not.toBe(first)
})

test('a failover is shown while the master is the one that is being replaced', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, { failover: { replica: b }, ...replicas(b) }), 3)
  const failover = { sentinel: source('s1'), master: a, replica: b }
  expect(view.snapshot(everyone)!.failover).toEqual(failover)
  view.applyReport(source('s2'), report(b, 2, replicas(a)), 3)
  expect(view.snapshot(everyone)).toMatchObject({ master: b, failover: undefined })
})

test('a failover is not shown when its leader is out of reach', () => {
  const view = new ShardView('s')
  view.applyReport(source('s1'), report(a, 1, { failover: { replica: b }, ...replicas(b) }), 3)
  view.onDisconnected('s1')
  expect(view.snapshot(everyone)).toMatchObject({ master: a, failover: undefined })
})
