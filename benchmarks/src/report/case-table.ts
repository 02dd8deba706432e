import { type Metric, metrics } from '../measure/metrics.js'
import {
  type CaseResult,
  type ParticipantResult,
  participantOf,
  ratioOf,
  summaryOf,
} from '../runner/run-result.js'
import { formatRatio, formatSummary, formatValue } from './format.js'
import type { Table } from './table.js'

/**
 * One row for each participant: the first metric with its spread and its ratio to the reference,
 * the others as medians.
 */
export function caseTable(result: CaseResult): Table {
  const [first, ...others] = result.columns
  const reference = participantOf(result, result.reference)
  const ratioHeading = reference && [`x ${reference.id}`]
  return {
    textColumns: 2,
    headings: [
      'contender',
      'on',
      metrics[first].label,
      ...(ratioHeading ?? []),
      ...others.map((metric) => metrics[metric].label),
    ],
    rows: result.participants.map((participant) => [
      participant.label,
      participant.placement,
      spread(participant, first),
      ...(reference ? [ratio(participant, reference, first)] : []),
      ...others.map((metric) => middle(participant, metric)),
    ]),
  }
}

const absent = '-'

function spread(participant: ParticipantResult, metric: Metric): string {
  const summary = summaryOf(participant, metric)
  return summary ? formatSummary(summary, metric) : absent
}

function middle(participant: ParticipantResult, metric: Metric): string {
  const summary = summaryOf(participant, metric)
  return summary ? formatValue(summary.median, metric) : absent
}

function ratio(participant: ParticipantResult, reference: ParticipantResult, metric: Metric) {
  const summary = ratioOf(participant, reference, metric)
  return summary ? formatRatio(summary) : absent
}
