import type { Colours } from '../output/colours.js'
import { table } from '../output/table.js'
import type { Finding, Severity } from './check.js'
import type { HostLoss, ShardOutcome } from './simulate-loss.js'

export function renderFindings(findings: readonly Finding[], colours: Colours): string[] {
  const paint: Record<Severity, (text: string) => string> = {
    error: colours.bad,
    warning: colours.warn,
    info: colours.faint,
  }
  const lines = findings.flatMap(({ code, severity, title, subject, evidence, remedy, docs }) => [
    `${paint[severity](severity.toUpperCase())}  ${colours.strong(code)}  ${subject}`,
    `  ${title}.`,
    ...evidence.map((one) => `    - ${one}`),
    '  What to do:',
    ...remedy.map((one) => `    ${one}`),
    `  ${colours.faint(docs)}`,
    '',
  ])
  return [...lines, summary(findings, colours)]
}

function summary(findings: readonly Finding[], colours: Colours): string {
  if (findings.length === 0) return colours.good('Nothing found.')
  const count = (severity: Severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length
    return `${number} ${severity}${number === 1 || severity === 'info' ? '' : 's'}`
  }
  return `${count('error')}, ${count('warning')}, ${count('info')}`
}

export function renderLosses(losses: readonly HostLoss[], colours: Colours): string[] {
  const paint: Record<ShardOutcome['outcome'], (text: string) => string> = {
    untouched: colours.faint,
    weakened: colours.warn,
    'fails-over': colours.good,
    down: colours.bad,
  }
  return losses.flatMap(({ host, nodes, shards }) => [
    `If ${colours.strong(host)} is lost: ${nodes.join(', ')}`,
    ...table(
      shards.map(({ shard, outcome, reason }) => [`  ${shard}`, paint[outcome](outcome), reason]),
    ),
    '',
  ])
}
