import { expect, test } from 'vitest'
import { renderBarChart } from './bar-chart.js'

const bar = (label: string, median: number) => ({
  label,
  role: 'peer' as const,
  value: { median, min: median * 0.9, max: median + 30 },
  text: String(median),
})

const chartOf = (...bars: ReturnType<typeof bar>[]) =>
  renderBarChart({ title: 'T', subtitle: 'ops/s', groups: [{ label: 'C=1', bars }] })

function barWidths(svg: string): number[] {
  return [...svg.matchAll(/<rect x="\d+" .*?width="([\d.]+)"/g)].map(([, width]) => Number(width))
}

test('bars are as long as their medians', () => {
  const [long, short] = barWidths(chartOf(bar('a', 400), bar('b', 100)))
  expect(long! / short!).toBeCloseTo(4, 1)
})

test('the line of a bar goes from the slowest to the fastest round', () => {
  const svg = chartOf(bar('a', 400))
  const [, start, end] = /<line x1="([\d.]+)" x2="([\d.]+)"/.exec(svg)!
  expect((Number(end) - 370) / (Number(start) - 370)).toBeCloseTo(430 / 360, 2)
})

test('every group fills the width: scales are not shared', () => {
  const groups = [
    { label: 'C=1', bars: [bar('a', 100)] },
    { label: 'C=500', bars: [bar('a', 100), bar('b', 9000)] },
  ]
  const widths = barWidths(renderBarChart({ title: 'T', subtitle: '', groups }))
  expect(widths[0]).toBeGreaterThan(20 * widths[1]!)
})

test('labels are escaped', () => {
  const svg = chartOf(bar('a < b & "c"', 1))
  expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
  expect(svg).not.toContain('a < b')
})

test('zeros and a chart without bars are valid', () => {
  expect(barWidths(chartOf(bar('a', 0)))).toEqual([0])
  const zero = { median: 0, min: 0, max: 0 }
  expect(barWidths(chartOf({ ...bar('a', 0), value: zero }))).toEqual([0])
  expect(renderBarChart({ title: 'T', subtitle: '', groups: [] })).toMatch(/^<svg .*<\/svg>\n$/s)
})
