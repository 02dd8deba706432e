import { expect, test } from 'vitest'
import { settingsOf } from '../runner/settings.js'
import type { Mode } from '../suites/case.js'
import { selectCases } from './select-cases.js'

const select = (mode: Mode, only: string[] = [], contenders: string[] = []) =>
  selectCases({ only, contenders, settings: settingsOf[mode] })

test.each(['full', 'quick'] as const)(
  '%s: cases and participants are unique, references exist',
  (mode) => {
    const cases = select(mode)
    const ids = cases.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { participants, reference } of cases) {
      const participantIds = participants.map(({ id }) => id)
      expect(new Set(participantIds).size).toBe(participantIds.length)
      expect(participantIds).toContain(reference)
    }
  },
)

test('every quick case is also a full case, so that stored ratios mean the same thing', () => {
  const full = new Set(select('full').map(({ id }) => id))
  for (const { id } of select('quick')) expect(full).toContain(id)
})

test('no case asks for more shards than its fleet has', () => {
  for (const { participants, masters } of select('full')) {
    for (const { job } of participants) {
      if (job.kind !== 'lookup') expect(job.shards).toBeLessThanOrEqual(masters)
    }
  }
})

test('suites and contenders can be picked', () => {
  const cases = select('full', ['shards'], ['hand-sharded'])
  expect(new Set(cases.map(({ suite }) => suite))).toEqual(new Set(['shards']))
  expect(cases[0]?.participants.map(({ id }) => id)).toEqual([
    'hand-sharded@1',
    'hand-sharded@3',
    'hand-sharded@8',
    'hand-sharded@32',
  ])
})

test('picking contenders leaves the key lookups together and drops what has nobody left', () => {
  const cases = select('quick', [], ['valkey-glide'])
  expect(cases.map(({ suite }) => suite)).toEqual([
    'throughput',
    'throughput',
    'throughput',
    'ring',
  ])
  expect(cases.at(-1)?.participants.length).toBeGreaterThan(3)
})
