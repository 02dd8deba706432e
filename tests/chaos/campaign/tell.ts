import type { RunResult } from '../run/run-result.js'
import type { Options } from './options.js'
import type { RunRequest } from './run-in-child.js'

const shown = ['firstAck', 'afterSwitch', 'gap', 'lost', 'duplicates', 'unknown', 'late'] as const

/** Says on one line what a run came to; and below it what must not have happened. */
export function tell(
  { scenario, subject }: RunRequest,
  result: RunResult,
  duration: number,
  { verbose }: Options,
): void {
  const what = [
    scenario.fault === 0 ? '  ' : `${scenario.fault}`.padStart(2),
    scenario.id.padEnd(34),
    subject === 'disredis' ? '' : subject,
    `${(duration / 1000).toFixed(1)} s`,
    ...shown.flatMap((name) => {
      const value = result.figures[name]
      return value === undefined || (value === 0 && name !== 'lost')
        ? []
        : `${name} ${Math.round(value)}`
    }),
    ...Object.entries(result.errors).map(([name, count]) => `${count} ${name}`),
  ]
  const mark = result.skipped === undefined ? (isFailed(result) ? '×' : '✓') : '-'
  console.log([mark, ...what.filter((part) => part !== '')].join(' '))
  if (result.skipped !== undefined) console.log(`    skipped: ${result.skipped}`)
  if (subject !== 'disredis') return
  for (const violation of result.violations) console.log(indent(violation))
  if (isFailed(result)) console.log(`    seed ${result.seed}`)
  if (verbose && isFailed(result))
    for (const line of result.journal ?? []) console.log(indent(line))
}

/** Peers promise nothing: what they do is told, not judged. */
export function isFailed({ subject, violations }: RunResult): boolean {
  return subject === 'disredis' && violations.length > 0
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
