import type { Summary } from '../measure/summary.js'

export interface Bar {
  readonly label: string
  readonly role: 'ours' | 'peer' | 'ceiling'
  readonly value: Summary
  /** The median as text. */
  readonly text: string
}

export interface BarGroup {
  readonly label: string
  readonly bars: readonly Bar[]
}

export interface BarChart {
  readonly title: string
  /** What the bars count, and which direction is better. */
  readonly subtitle: string
  readonly groups: readonly BarGroup[]
}

const width = 900
const labelWidth = 370
const textWidth = 90
const plotWidth = width - labelWidth - textWidth
const barHeight = 16
const barStep = 22
const groupGap = 34
const top = 62

const colors = { ours: '#c6302b', peer: '#7d8ea3', ceiling: '#cdd5de' }
const ink = '#1f2933'
const faintInk = '#52606d'

/**
 * Horizontal bars of medians with a line from the slowest to the fastest round, as an SVG file. Each
 * group has its own scale: what is compared stands within one.
 */
export function renderBarChart({ title, subtitle, groups }: BarChart): string {
  const body: string[] = []
  let y = top
  for (const { label, bars } of groups) {
    const x = scaleOf(bars)
    if (label !== '') body.push(text(12, y + 12, label, `font-weight="600" fill="${ink}"`))
    if (label !== '') y += barStep
    for (const bar of bars) {
      body.push(...renderBar(bar, y, x))
      y += barStep
    }
    y += groupGap - barStep
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${y}" fill="#ffffff"/>`,
    text(12, 24, title, `font-size="16" font-weight="600" fill="${ink}"`),
    text(12, 44, subtitle, `fill="${faintInk}"`),
    ...body,
    '</svg>',
    '',
  ].join('\n')
}

function scaleOf(bars: readonly Bar[]): (value: number) => number {
  const largest = Math.max(...bars.map(({ value }) => value.max))
  return (value) => (largest > 0 ? (value / largest) * plotWidth : 0)
}

function renderBar({ label, role, value, text: figure }: Bar, y: number, x: (v: number) => number) {
  const middle = y + barHeight / 2
  const [start, end] = [labelWidth + x(value.min), labelWidth + x(value.max)].map(round)
  return [
    text(labelWidth - 8, y + 12, label, `text-anchor="end" fill="${ink}"`),
    `<rect x="${labelWidth}" y="${y}" width="${round(x(value.median))}" height="${barHeight}" fill="${colors[role]}"/>`,
    `<line x1="${start}" x2="${end}" y1="${middle}" y2="${middle}" stroke="${ink}" stroke-width="1.5"/>`,
    text(labelWidth + x(value.max) + 6, y + 12, figure, `fill="${faintInk}"`),
  ]
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(content)}</text>`
}

const round = (value: number) => Math.round(value * 10) / 10

function escapeXml(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
