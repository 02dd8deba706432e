import { expect, test } from 'vitest'
import type { FailoverRecord } from '../../../src/failovers/failover-record.js'
import { labelOf, layOut, placeGapLabel, spanOf } from './timeline-layout.js'

const size = { width: 400, characterWidth: 7 }

function record(given: Partial<FailoverRecord> = {}): FailoverRecord {
  return {
    id: 1,
    shard: 'shard-1',
    cause: 'crash',
    startedAt: 0,
    state: 'over',
    from: 'a:1',
    to: 'b:2',
    sentinel: [
      [1_010, '+sdown', ''],
      [1_020, '+odown', ''],
      [1_240, '+elected-leader', ''],
      [2_600, '+switch-master', ''],
    ],
    client: [
      [2, 'connection lost', ''],
      [1_700, 'served', ''],
    ],
    gap: [-3, 1_705],
    acknowledged: 10,
    lost: 0,
    unknown: 0,
    errors: {},
    ...given,
  }
}

test('no label covers another one of its row, and none leaves the picture', () => {
  const { sentinel } = layOut(record(), spanOf([record()]), size)
  expect(sentinel.rows).toBeGreaterThan(1)
  const spans = sentinel.moments.map(({ x, row, isLeft, what, at }) => {
    const width = labelOf(what, at).length * size.characterWidth
    return { row, from: isLeft ? x - width : x, to: isLeft ? x : x + width }
  })
  for (const [i, one] of spans.entries()) {
    expect(one.from).toBeGreaterThanOrEqual(0)
    expect(one.to).toBeLessThanOrEqual(size.width)
    for (const other of spans.slice(i + 1)) {
      expect(one.row !== other.row || one.to < other.from || other.to < one.from).toBe(true)
    }
  }
})

test('a gap that lasts reaches to now, and is longer the later it is', () => {
  const open = record({ state: 'under way', gap: [-3, null], sentinel: [], client: [] })
  const at = (elapsed: number) => layOut(open, spanOf([open], elapsed), size).gap
  expect(at(1_500)?.isOpen).toBe(true)
  expect(at(3_000)?.ms).toBeGreaterThan(at(1_500)?.ms ?? 0)
})

test('two failovers share one axis', () => {
  const other = record({ gap: [-5, 4_000] })
  const span = spanOf([record(), other])
  expect(span[1]).toBeGreaterThan(4_000)
  const first = layOut(record(), span, size)
  expect(first.ticks.map(({ at }) => at)).toEqual(
    layOut(other, span, size).ticks.map(({ at }) => at),
  )
  expect(first.gap?.width).toBeLessThan(layOut(other, span, size).gap?.width ?? 0)
})

test.each([
  ['in the bar', { x: 100, width: 240 }, { x: 106, isLeft: false }],
  ['right of it', { x: 10, width: 20 }, { x: 36, isLeft: false }],
  ['left of it', { x: 300, width: 20 }, { x: 294, isLeft: true }],
  ['over it, up to the edge', { x: 150, width: 200 }, { x: 176, isLeft: false }],
])('the label of the gap stands %s and is never cut off', (_, gap, place) => {
  expect(placeGapLabel(gap, 230, 400)).toEqual(place)
})
