import type { FaultRecord } from '../faults/fault-record.js'
import { sorted } from '../measurement/tally.js'
import { cell, clock, count, milliseconds } from './format.js'
import type { Paint } from './paint.js'
import type { ShardSnapshot, Snapshot } from './snapshot.js'

export interface DashboardState {
  readonly snapshot: Snapshot
  /** Index of the shard that the keys act on; undefined: there are no keys. */
  readonly selected: number | undefined
  /** The last thing said to who sits at the keyboard. */
  readonly message: string
  /** Where the page is; undefined: there is none. */
  readonly address?: string | undefined
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

const help = '1-9/arrows shard  c crash  f freeze  p planned  r restore  q quit'
const openHelp = '  o open page'

/** The screen as lines, at most `rows` of them and `columns` wide. It is made for 80 x 24. */
export function dashboard(state: DashboardState, size: Size, paint: Paint): string[] {
  const { snapshot, selected, message, address } = state
  const width = Math.max(20, size.columns)
  const top = [
    title(snapshot, width, paint),
    cell(address === undefined ? '' : `Page    ${address}`, width),
    paint.bold(shardLine(shardHeader, width)),
    ...shardLines(snapshot, selected, size, paint),
    paint.dim(cell(totals(snapshot), width)),
    '',
    paint.bold(cell(faultHeader, width)),
  ]
  const errors = sorted(snapshot.errors).map(([name, times]) => `${name} ${count(times)}`)
  const middle = ['', cell(`Errors  ${errors.join(', ') || 'none'}`, width), '']
  const bottom =
    selected === undefined
      ? []
      : [
          cell(message, width),
          paint.dim(cell(address === undefined ? help : help + openHelp, width)),
        ]
  const free = size.rows - top.length - middle.length - bottom.length
  const faultRows = Math.max(1, Math.min(5, Math.floor(free / 2)))
  const eventRows = Math.max(0, free - faultRows)
  return [
    ...top,
    ...filled(faultLines(snapshot, width, paint).slice(-faultRows), faultRows),
    ...middle,
    ...filled(eventLines(snapshot, width).slice(-eventRows || Number.MAX_SAFE_INTEGER), eventRows),
    ...bottom,
  ].slice(0, size.rows)
}

function title({ deployment, elapsed, health }: Snapshot, width: number, paint: Paint): string {
  const time = ` ${health} ${clock(elapsed)}`
  return paint.bold(cell(`disredis demo  ${deployment}`, width - time.length)) + paint.dim(time)
}

const widths = [2, 10, 17, 9, -7, -7, -7, -9, -9] as const
const shardHeader = [
  '',
  'shard',
  'master',
  'state',
  'ops/s',
  'p50 ms',
  'p99 ms',
  'acked',
  'verified',
]

function shardLine(cells: readonly string[], width: number): string {
  return cell(cells.map((text, i) => cell(text, widths[i] ?? -6)).join(''), width)
}

/** All shards if they fit, else those around the selected one. */
function shardLines(
  { shards }: Snapshot,
  selected: number | undefined,
  { columns, rows }: Size,
  paint: Paint,
): string[] {
  const room = Math.max(1, rows - 18)
  const first = Math.max(0, Math.min((selected ?? 0) - Math.floor(room / 2), shards.length - room))
  return shards.slice(first, first + room).map((shard, i) => {
    const { name, master, rate, writes } = shard
    const mark = first + i === selected ? '> ' : '  '
    const numbers = [
      count(rate.operations),
      milliseconds(rate.p50),
      milliseconds(rate.p99),
      count(writes.acknowledged),
      count(writes.verified),
    ]
    const line = shardLine([mark, name, master ?? '-', stateOf(shard), ...numbers], columns)
    return colourOf(shard, paint)(line)
  })
}

function stateOf({ phase, fault, broken }: ShardSnapshot): string {
  if (fault !== undefined)
    return `${fault.kind === 'planned' ? 'plan' : fault.kind} ${(fault.elapsed / 1000).toFixed(0)}s`
  return phase === 'ready' && broken.length > 0 ? 'degraded' : phase
}

function colourOf({ phase, fault, broken }: ShardSnapshot, paint: Paint) {
  if (phase === 'down' || phase === 'silent') return paint.bad
  return phase !== 'ready' || fault !== undefined || broken.length > 0 ? paint.warn : paint.good
}

function totals({ shards, unsettled }: Snapshot): string {
  const sum = (pick: (shard: ShardSnapshot) => number) =>
    count(shards.reduce((all, shard) => all + pick(shard), 0))
  return (
    `  ${sum((it) => it.rate.operations)} ops/s, ${sum((it) => it.writes.acknowledged)} acked, ` +
    `${sum((it) => it.writes.verified)} verified, ${sum((it) => it.writes.lost)} lost, ` +
    `${sum((it) => it.writes.duplicated)} twice, ${count(unsettled)} unsettled`
  )
}

const faultWidths = [10, 12, -9, -15, -23, -6, -5] as const

const faultHeader = faultRow(
  ['Faults, ms', '', 'gap', 'first ack', 'after +switch-master', 'lost', 'err'],
  80,
)

function faultLines({ faults }: Snapshot, width: number, paint: Paint): string[] {
  if (faults.length === 0) return [paint.dim(cell('  none yet', width))]
  return faults.map((fault) =>
    fault.isRecovered ? faultLine(fault, width) : paint.bad(faultLine(fault, width)),
  )
}

function faultLine(fault: FaultRecord, width: number): string {
  const errors = Object.values(fault.errors).reduce((sum, times) => sum + times, 0)
  const cells = [
    `  ${fault.kind}`,
    fault.shard,
    fault.isRecovered ? milliseconds(fault.gap) : 'never',
    milliseconds(fault.firstAcknowledgement),
    milliseconds(fault.afterSwitchMaster),
    count(fault.lost),
    count(errors),
  ]
  return faultRow(cells, width)
}

function faultRow(cells: readonly string[], width: number): string {
  return cell(cells.map((text, i) => cell(text, faultWidths[i] ?? -6)).join(''), width)
}

function eventLines({ events }: Snapshot, width: number): string[] {
  return events.map(({ at, text }) => cell(`${clock(at)}  ${text.split('\n')[0]}`, width))
}

function filled(lines: readonly string[], rows: number): string[] {
  return [...lines, ...Array.from({ length: Math.max(0, rows - lines.length) }, () => '')]
}
