import type { Address } from '@disredis/connection'
import { expect, test } from 'vitest'
import type { Source } from '../protocol/sentinel-report.js'
import { FailoverTracker } from './failover-tracker.js'

const node = (host: string): Address => Object.freeze({ host, port: 6379 })
const [a, b, c] = [node('a'), node('b'), node('c')]
const source = (id: string): Source => ({ id, address: { host: id, port: 26379 } })
const [s1, s2] = [source('s1'), source('s2')]
const elected = { kind: 'leaderElected', shard: 's', master: a } as const
const selected = (address: Address) => ({ kind: 'replicaSelected', shard: 's', address }) as const
const aborted = { kind: 'failoverAborted', shard: 's', reason: 'slave-timeout' } as const

test('it begins with the election, and names the replica once that is chosen', () => {
  const tracker = new FailoverTracker()
  expect(tracker.of(a)).toBeUndefined()
  tracker.applyEvent(elected, s1, 0)
  expect(tracker.of(a)).toEqual({ sentinel: s1, master: a, replica: undefined })
  tracker.applyEvent(selected(b), s1, 0)
  expect(tracker.of(a)).toEqual({ sentinel: s1, master: a, replica: b })
})

test('it is of its master alone', () => {
  const tracker = new FailoverTracker()
  tracker.applyEvent(elected, s1, 0)
  expect(tracker.of(b)).toBeUndefined()
})

test('an answer tells what was not heard: that it is under way, and which replica is chosen', () => {
  const tracker = new FailoverTracker()
  tracker.applyReport({ replica: undefined }, a, s1, 0)
  expect(tracker.of(a)).toEqual({ sentinel: s1, master: a, replica: undefined })
  tracker.applyReport({ replica: b }, a, s1, 0)
  expect(tracker.of(a)?.replica).toBe(b)
})

test('an answer that says the same again changes nothing, nor does one without replicas', () => {
  const tracker = new FailoverTracker()
  tracker.applyEvent(elected, s1, 0)
  tracker.applyEvent(selected(b), s1, 0)
  const known = tracker.of(a)
  tracker.applyReport({ replica: node('b') }, a, s1, 0)
  tracker.applyReport({ replica: undefined }, a, s1, 0)
  expect(tracker.of(a)).toBe(known)
})

test('it ends when the leader gives it up, says so or not', () => {
  const tracker = new FailoverTracker()
  tracker.applyEvent(elected, s1, 0)
  tracker.applyEvent(aborted, s1, 0)
  expect(tracker.of(a)).toBeUndefined()
  tracker.applyEvent(elected, s1, 0)
  tracker.applyReport(undefined, a, s1, 0)
  expect(tracker.of(a)).toBeUndefined()
})

test('what other Sentinels say does not end it', () => {
  const tracker = new FailoverTracker()
  tracker.applyEvent(elected, s1, 0)
  tracker.applyReport(undefined, a, s2, 0)
  tracker.applyEvent(aborted, s2, 0)
  expect(tracker.of(a)?.sentinel).toEqual(s1)
})

test('the next leader counts, and one that hangs does not come back when that one gives up', () => {
  const tracker = new FailoverTracker()
  tracker.applyReport({ replica: b }, a, s1, 0)
  tracker.applyEvent(elected, s2, 10_000)
  expect(tracker.of(a)).toEqual({ sentinel: s2, master: a, replica: undefined })
  tracker.applyReport({ replica: b }, a, s1, 10_001)
  expect(tracker.of(a)?.sentinel).toEqual(s2)
  tracker.applyEvent(aborted, s2, 10_002)
  tracker.applyReport({ replica: b }, a, s1, 10_003)
  expect(tracker.of(a)).toBeUndefined()
})

test('a leader that was overtaken just before counts again when the one that overtook it gives up', () => {
  const tracker = new FailoverTracker()
  tracker.applyEvent(elected, s1, 0)
  tracker.applyEvent(selected(b), s1, 60)
  tracker.applyEvent(elected, s2, 150)
  tracker.applyEvent(aborted, s2, 250)
  expect(tracker.of(a)).toEqual({ sentinel: s1, master: a, replica: b })
})

test('another replica is chosen in the next attempt', () => {
  const tracker = new FailoverTracker()
  tracker.applyEvent(elected, s1, 0)
  tracker.applyEvent(selected(b), s1, 0)
  tracker.applyEvent(elected, s1, 0)
  expect(tracker.of(a)?.replica).toBeUndefined()
  tracker.applyEvent(selected(c), s1, 0)
  expect(tracker.of(a)?.replica).toBe(c)
})

test('of a leader that is gone nothing is known', () => {
  const tracker = new FailoverTracker()
  tracker.applyEvent(elected, s1, 0)
  tracker.removeSentinel('s1')
  expect(tracker.of(a)).toBeUndefined()
})

test('a replica chosen by a leader whose election was not heard is left to its next answer', () => {
  const tracker = new FailoverTracker()
  tracker.applyEvent(selected(b), s1, 0)
  expect(tracker.of(a)).toBeUndefined()
})
