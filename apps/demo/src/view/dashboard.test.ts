import { describe, expect, test } from 'vitest'
import { faultRecord } from '../../test-support/fault-record.js'
import { dashboard } from './dashboard.js'
import { coloured, uncoloured } from './paint.js'
import type { ShardSnapshot, Snapshot } from './snapshot.js'

function shard(name: string, given: Partial<ShardSnapshot> = {}): ShardSnapshot {
  return {
    name,
    master: '127.0.0.1:26380',
    phase: 'ready',
    rate: { operations: 1_234.4, p50: 0.42, p99: 12.34 },
    writes: {
      issued: 12_350,
      pending: 5,
      acknowledged: 12_345,
      unknown: 0,
      refused: 0,
      verified: 12_000,
      lost: 0,
      duplicated: 0,
      executedThoughRefused: 0,
      strangers: 0,
    },
    fault: undefined,
    broken: [],
    ...given,
  }
}

function snapshot(given: Partial<Snapshot> = {}): Snapshot {
  return {
    deployment: 'own fleet: 3 masters, 1 replica each, 3 Sentinels, down-after 1 s',
    elapsed: 161_000,
    health: 'ok',
    shards: [shard('shard-1'), shard('shard-2'), shard('shard-3')],
    faults: [],
    errors: {},
    unsettled: 0,
    events: [],
    ...given,
  }
}

function draw(given: Partial<Snapshot>, size = { columns: 80, rows: 24 }, selected = 0) {
  const state = { snapshot: snapshot(given), selected, message: 'restoring shard-1' }
  return dashboard(state, size, uncoloured)
}

const crowd = {
  shards: Array.from({ length: 30 }, (_, i) => shard(`a-rather-long-name-${i + 1}`)),
  faults: Array.from({ length: 9 }, (_, i) => faultRecord({ shard: `shard-${i}` })),
  errors: { OutcomeUnknownError: 1_200, ShardDownError: 31 },
  events: Array.from({ length: 90 }, (_, i) => ({ at: i * 1_000, text: 'x'.repeat(200) })),
}

describe('the dashboard', () => {
  test.each([
    { columns: 80, rows: 24 },
    { columns: 120, rows: 50 },
    { columns: 40, rows: 20 },
  ])('fits into $columns x $rows, however much there is to show', (size) => {
    for (const given of [{}, crowd]) {
      const lines = draw(given, size)
      expect(lines.length).toBeLessThanOrEqual(size.rows)
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(size.columns)
    }
  })

  test('shows figures of each shard and marks the selected one', () => {
    const text = draw({}, undefined, 1).join('\n')
    expect(text).toMatch(
      /^ {2}shard-1 +127\.0\.0\.1:26380 +ready +1,234 +0\.42 +12\.3 +12,345 +12,000 *$/m,
    )
    expect(text).toMatch(/^> shard-2/m)
    expect(text).toContain(
      '3,703 ops/s, 37,035 acked, 36,000 verified, 0 lost, 0 twice, 0 unsettled',
    )
    expect(text).toContain('ok 02:41')
  })

  test('shows a fault under way, what is broken, and what is over', () => {
    const shards = [
      shard('shard-1', { phase: 'down', fault: { kind: 'crash', elapsed: 1_400 } }),
      shard('shard-2', { broken: ['shard-2/1'] }),
    ]
    const faults = [
      faultRecord({ shard: 'shard-3', gap: 1_416.2, lost: 2, errors: { ShardDownError: 3 } }),
      faultRecord({ shard: 'shard-1', isRecovered: false }),
    ]
    const text = draw({ shards, faults, errors: { A: 1, B: 5 } }).join('\n')
    expect(text).toMatch(/shard-1 .* crash 1s/)
    expect(text).toMatch(/shard-2 .* degraded/)
    expect(text).toMatch(/^ {2}crash +shard-3 +1416 +1395 +-905 +2 +3 *$/m)
    expect(text).toMatch(/^ {2}crash +shard-1 +never/m)
    expect(text).toContain('Errors  B 5, A 1')
  })

  test('keeps the selected shard in sight when there are too many', () => {
    const lines = draw(crowd, { columns: 80, rows: 24 }, 29)
    expect(lines.some((line) => line.startsWith('> '))).toBe(true)
  })

  test('shows the newest events, the last message and the keys', () => {
    const events = Array.from({ length: 90 }, (_, i) => ({ at: i * 1_000, text: `event ${i}` }))
    const lines = draw({ events })
    expect(lines.at(-1)).toContain('c crash  f freeze  p planned  r restore  q quit')
    expect(lines.at(-2)).toContain('restoring shard-1')
    expect(lines.at(-3)?.trim()).toBe('01:29  event 89')
  })

  test('colours nothing that changes the width', () => {
    const state = { snapshot: snapshot(crowd), selected: 0, message: '' }
    const size = { columns: 80, rows: 24 }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with ESC
    const bare = dashboard(state, size, coloured).map((line) => line.replace(/\u001b\[\d+m/g, ''))
    expect(bare).toEqual(dashboard(state, size, uncoloured))
  })
})
