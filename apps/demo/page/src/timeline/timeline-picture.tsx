import type { FailoverRecord } from '../../../src/failovers/failover-record.js'
import { count, milliseconds } from '../format.js'
import type { Palette } from '../theme.js'
import {
  type Lane,
  labelOf,
  layOut,
  placeGapLabel,
  type TimelineLayout,
  type TimelineSize,
} from './timeline-layout.js'

const rowHeight = 16
const laneGap = 10
const titleHeight = 18
const gapHeight = 20
const axisHeight = 20
export const characterWidth = 6.9

export interface TimelinePictureProps {
  readonly record: FailoverRecord
  readonly span: readonly [number, number]
  readonly width: number
  readonly palette: Palette
  readonly hue: string
}

/**
 * One failover as a picture. It is drawn with attributes alone, so that it can be taken out of the
 * page as it is.
 */
export function TimelinePicture({ record, span, width, palette, hue }: TimelinePictureProps) {
  const size: TimelineSize = { width, characterWidth }
  const layout = layOut(record, span, size)
  const sentinelTop = titleHeight
  const gapTop = sentinelTop + layout.sentinel.rows * rowHeight + laneGap
  const clientTitle = gapTop + gapHeight + laneGap
  const clientTop = clientTitle + titleHeight - 4
  const axisTop = clientTop + layout.client.rows * rowHeight + 4
  const height = axisTop + axisHeight
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      class="timeline-picture"
      role="img"
      aria-label={describe(record)}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      font-family="system-ui, sans-serif"
      font-size="12"
    >
      <g stroke={palette.line}>
        {layout.ticks.map(({ at, x }) => (
          <line key={at} x1={x} x2={x} y1={titleHeight} y2={axisTop} />
        ))}
        <line x1={0} x2={width} y1={axisTop} y2={axisTop} />
      </g>
      <text x={0} y={12} fill={palette.quiet}>
        Sentinel said
      </text>
      <LaneMarks
        lane={layout.sentinel}
        top={sentinelTop}
        palette={palette}
        colour={palette.quiet}
      />
      {layout.gap && (
        <g>
          <rect
            x={layout.gap.x}
            y={gapTop}
            width={layout.gap.width}
            height={gapHeight}
            rx={3}
            fill={layout.gap.isOpen ? palette.bad : hue}
            fill-opacity={0.24}
            stroke={layout.gap.isOpen ? palette.bad : hue}
          />
          <GapLabel gap={layout.gap} y={gapTop + 14} width={width} colour={palette.ink} />
        </g>
      )}
      <text x={0} y={clientTitle + 10} fill={palette.quiet}>
        disredis did
      </text>
      <LaneMarks lane={layout.client} top={clientTop} palette={palette} colour={palette.ink} />
      <g fill={palette.quiet} text-anchor="middle">
        {layout.ticks
          .filter(({ x }) => x > 24 && x < width - 24)
          .map(({ at, x }) => (
            <text key={at} x={x} y={axisTop + 15}>
              {at === 0 ? '0' : `${count(at)} ms`}
            </text>
          ))}
      </g>
    </svg>
  )
}

interface GapLabelProps {
  readonly gap: NonNullable<TimelineLayout['gap']>
  readonly y: number
  readonly width: number
  readonly colour: string
}

/** In the bar if it fits, else on the side where there is room. */
function GapLabel({ gap, y, width, colour }: GapLabelProps) {
  const length = milliseconds(Math.round(gap.ms))
  const text = gap.isOpen
    ? `no acknowledged write for ${length}`
    : `no acknowledged write: ${length}`
  const size = text.length * characterWidth + 12
  const { x, isLeft } = placeGapLabel(gap, size, width)
  return (
    <text x={x} y={y} fill={colour} font-weight="600" text-anchor={isLeft ? 'end' : 'start'}>
      {text}
    </text>
  )
}

interface LaneMarksProps {
  readonly lane: Lane
  readonly top: number
  readonly palette: Palette
  readonly colour: string
}

function LaneMarks({ lane, top, palette, colour }: LaneMarksProps) {
  const bottom = top + lane.rows * rowHeight
  return (
    <g>
      {lane.moments.map(({ at, what, detail, x, row, isLeft }) => {
        const y = top + row * rowHeight
        return (
          <g key={`${what}${at}`}>
            <title>{`${what} ${detail}`}</title>
            <line
              x1={x}
              x2={x}
              y1={y + 4}
              y2={bottom}
              stroke={palette.quiet}
              stroke-opacity={0.5}
            />
            <circle cx={x} cy={y + 8} r={3} fill={colour} />
            <text
              x={isLeft ? x - 6 : x + 6}
              y={y + 12}
              fill={palette.ink}
              text-anchor={isLeft ? 'end' : 'start'}
            >
              {labelOf(what, at)}
            </text>
          </g>
        )
      })}
    </g>
  )
}

function describe({ shard, cause, gap, sentinel, client }: FailoverRecord): string {
  const length = gap === null || gap[1] === null ? 'not over' : milliseconds(gap[1] - gap[0])
  const said = [...sentinel, ...client]
    .sort(([a], [b]) => a - b)
    .map(([at, what]) => labelOf(what, at))
  return `Timeline of the ${cause} of ${shard}: gap ${length}. In ms: ${said.join(', ')}`
}
