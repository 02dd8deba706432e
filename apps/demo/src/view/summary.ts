import type { Guarantee } from '../report/guarantees.js'
import type { FaultSummary, Report } from '../report/report.js'
import { cell, count, milliseconds } from './format.js'

/** A report for people, as lines. */
export function summary(report: Report): string[] {
  const writes = Object.values(report.shards).map((shard) => shard.writes)
  const sum = (pick: (totals: (typeof writes)[number]) => number) =>
    count(writes.reduce((all, totals) => all + pick(totals), 0))
  const kinds = Object.entries(report.summary)
  return [
    '',
    `${sum((it) => it.acknowledged)} writes acknowledged, ${sum((it) => it.verified)} found on the masters, ` +
      `${sum((it) => it.lost)} lost; ${sum((it) => it.unknown)} with unknown outcome`,
    ...(kinds.length === 0 ? [] : ['', faultHeader, ...kinds.map(kindLine)]),
    '',
    ...report.guarantees.map(guaranteeLine),
    '',
    report.ok ? 'The guarantees held.' : 'A guarantee was BROKEN.',
  ]
}

const faultHeader = [
  cell('median (max), ms', 18),
  cell('faults', -7),
  cell('gap', -17),
  cell('after +switch-master', -23),
  cell('lost', -7),
].join('')

function kindLine([kind, faults]: [string, FaultSummary]): string {
  const spread = ({ median, max }: FaultSummary['gap']) =>
    `${milliseconds(median)} (${milliseconds(max)})`
  return [
    cell(kind, 18),
    cell(count(faults.count), -7),
    cell(spread(faults.gap), -17),
    cell(spread(faults.afterSwitchMaster), -23),
    cell(count(faults.lost), -7),
  ].join('')
}

function guaranteeLine({ held, says, measured, limit }: Guarantee): string {
  const verdict = held === null ? 'not judged' : held ? 'held' : 'BROKEN'
  const value = measured === null ? '' : milliseconds(measured).replace(/\.0+$/, '')
  return `${cell(verdict, 11)} ${says}: ${value || '-'} (limit ${limit})`
}
