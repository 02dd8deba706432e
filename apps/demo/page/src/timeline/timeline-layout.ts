import type { FailoverRecord, Moment } from '../../../src/failovers/failover-record.js'

/** A moment with its place: x in px, and the row of its label. */
export interface PlacedMoment {
  readonly at: number
  readonly what: string
  readonly detail: string
  readonly x: number
  readonly row: number
  /** The label stands left of its mark, because there is no room right of it. */
  readonly isLeft: boolean
}

export interface Lane {
  readonly moments: readonly PlacedMoment[]
  readonly rows: number
}

export interface TimelineLayout {
  /** ms at the left and the right edge. */
  readonly from: number
  readonly to: number
  readonly ticks: readonly { readonly at: number; readonly x: number }[]
  readonly sentinel: Lane
  readonly client: Lane
  /** px; the end is that of the axis while it lasts. */
  readonly gap:
    | { readonly x: number; readonly width: number; readonly ms: number; readonly isOpen: boolean }
    | undefined
}

export interface TimelineSize {
  /** px */
  readonly width: number
  /** px that a character of a label takes. */
  readonly characterWidth: number
}

const labelGap = 10
const labelMargin = 6

/** The span that several failovers have in common, so that they can be compared. */
export function spanOf(records: readonly FailoverRecord[], elapsed = 0): [number, number] {
  let from = -100
  let to = 1_000
  for (const record of records) {
    for (const [at] of [...record.sentinel, ...record.client]) {
      from = Math.min(from, at)
      to = Math.max(to, at)
    }
    if (record.gap !== null) {
      from = Math.min(from, record.gap[0])
      to = Math.max(to, record.gap[1] ?? elapsed)
    }
    if (record.state === 'under way') to = Math.max(to, elapsed)
  }
  const room = (to - from) * 0.04
  return [from - room, to + room]
}

export function layOut(
  record: FailoverRecord,
  [from, to]: readonly [number, number],
  { width, characterWidth }: TimelineSize,
): TimelineLayout {
  const xOf = (at: number) => ((at - from) / (to - from)) * width
  const place = (moments: readonly Moment[]) => placeLabels(moments, xOf, width, characterWidth)
  return {
    from,
    to,
    ticks: ticksOf(from, to, width).map((at) => ({ at, x: xOf(at) })),
    sentinel: place(record.sentinel),
    client: place(record.client),
    gap: gapOf(record, xOf, to),
  }
}

function gapOf({ gap }: FailoverRecord, xOf: (at: number) => number, to: number) {
  if (gap === null) return undefined
  const [start, end] = gap
  const x = xOf(start)
  const last = end ?? to
  return { x, width: Math.max(2, xOf(last) - x), ms: last - start, isOpen: end === null }
}

/**
 * In the bar if it fits, else on the side where there is room, else so that it ends where the picture does.
 *
 * @param size of the label, px
 */
export function placeGapLabel(
  { x, width: length }: { readonly x: number; readonly width: number },
  size: number,
  width: number,
): { readonly x: number; readonly isLeft: boolean } {
  if (length >= size) return { x: x + labelMargin, isLeft: false }
  if (x + length + size <= width) return { x: x + length + labelMargin, isLeft: false }
  if (x >= size) return { x: x - labelMargin, isLeft: true }
  return { x: Math.max(0, width - size + labelMargin), isLeft: false }
}

/** Each label in the first row where it covers no other one. */
function placeLabels(
  moments: readonly Moment[],
  xOf: (at: number) => number,
  width: number,
  characterWidth: number,
): Lane {
  const rows: { from: number; to: number }[][] = []
  const placed = [...moments]
    .sort(([a], [b]) => a - b)
    .map(([at, what, detail]): PlacedMoment => {
      const x = xOf(at)
      const size = labelOf(what, at).length * characterWidth + labelGap
      const isLeft = x + size > width
      const span = isLeft ? { from: x - size, to: x + 4 } : { from: x - 4, to: x + size }
      let row = rows.findIndex((row) =>
        row.every((one) => one.to < span.from || span.to < one.from),
      )
      if (row === -1) row = rows.push([]) - 1
      rows[row]?.push(span)
      return { at, what, detail, x, row, isLeft }
    })
  return { moments: placed, rows: Math.max(1, rows.length) }
}

export function labelOf(what: string, at: number): string {
  return `${what} ${Math.round(at).toLocaleString('en-US')}`
}

/** Round times, about one for every 70 px. */
function ticksOf(from: number, to: number, width: number): number[] {
  const least = ((to - from) * 70) / width
  const magnitude = 10 ** Math.floor(Math.log10(least))
  const step = [1, 2, 5, 10].map((one) => one * magnitude).find((one) => one >= least) ?? least
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at)
  return ticks
}
