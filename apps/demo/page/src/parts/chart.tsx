import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { keptSamples, sampleInterval } from '../../../src/web/sections.js'
import type { SampleWindow } from '../sample-window.js'
import { palettes, useTheme } from '../theme.js'

export interface ChartProps {
  readonly window: SampleWindow
  readonly kind: 'operations' | 'latency'
  readonly hue: string
  /** What it shows now, for who cannot see it. */
  readonly label: string
}

const height = 46

/** The last minute of a shard. */
export function Chart({ window, kind, hue, label }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const theme = useTheme()
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const options = (kind === 'operations' ? operationsOptions : latencyOptions)(hue, theme)
    const width = Math.max(80, element.clientWidth)
    const created = new uPlot({ ...options, width, height }, dataOf(window, kind), element)
    plot.current = created
    const observer = new ResizeObserver(() =>
      created.setSize({ width: Math.max(80, element.clientWidth), height }),
    )
    observer.observe(element)
    return () => {
      observer.disconnect()
      created.destroy()
      plot.current = undefined
    }
  }, [hue, kind, theme, window])
  // The arrays are the same ones: it is drawn anew with what is in them.
  useEffect(() => plot.current?.setData(dataOf(window, kind)))
  return <div ref={box} class="chart" role="img" aria-label={label} />
}

function dataOf(window: SampleWindow, kind: ChartProps['kind']): uPlot.AlignedData {
  const { times, operations, errors, p50, p99 } = window
  const series = kind === 'operations' ? [times, operations, errors] : [times, p50, p99]
  return series.map((values) => window.known(values)) as unknown as uPlot.AlignedData
}

const build = uPlot.paths.bars?.({ size: [1, 3] })
const bars = build === undefined ? {} : { paths: build }

type Theme = ReturnType<typeof useTheme>
type Options = Omit<uPlot.Options, 'width' | 'height'>

function operationsOptions(hue: string, theme: Theme): Options {
  const { bad } = palettes[theme]
  return {
    ...common,
    scales: {
      x: wholeMinute,
      y: { range: (self) => [0, Math.max(20, largestOf(self) * 1.15)] },
    },
    axes: [{ show: false }, valueAxis(theme, (value) => `${value}`)],
    series: [
      {},
      { stroke: hue, width: 1.5, fill: `${hue}33`, points: { show: false }, spanGaps: false },
      {
        stroke: bad,
        fill: bad,
        width: 0,
        points: { show: false },
        ...bars,
      },
    ],
  }
}

function latencyOptions(hue: string, theme: Theme): Options {
  const { ink } = palettes[theme]
  return {
    ...common,
    scales: {
      x: wholeMinute,
      y: { distr: 3, range: [0.1, 40_000] },
    },
    axes: [
      { show: false },
      {
        ...valueAxis(theme, (value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`)),
        splits: () => [1, 100, 10_000],
      },
    ],
    series: [
      {},
      { stroke: hue, width: 1.5, points: { show: false } },
      { stroke: ink, width: 1.5, dash: [4, 3], points: { show: false } },
    ],
  }
}

const wholeMinute: uPlot.Scale = {
  time: false,
  range: [(-keptSamples * sampleInterval) / 1000, 0],
}

/** uPlot's own search stops at what is not a number. */
function largestOf({ data }: uPlot): number {
  let largest = 0
  for (const values of data.slice(1))
    for (const value of values) largest = Math.max(largest, value || 0)
  return largest
}

const common: Pick<Options, 'legend' | 'cursor' | 'padding'> = {
  legend: { show: false },
  cursor: { show: false },
  padding: [5, 0, 5, 0],
}

function valueAxis(theme: Theme, format: (value: number) => string): uPlot.Axis {
  const { quiet, line } = palettes[theme]
  return {
    stroke: quiet,
    font: '12px system-ui, sans-serif',
    size: 46,
    gap: 4,
    space: 18,
    values: (_self, splits) => splits.map((value) => (value === null ? '' : format(value))),
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  }
}
