import { writeFileSync } from 'node:fs'
import { expectedTransitions, unreachable } from './expected-transitions.js'
import { mendedFaults } from './mended-faults.js'
import { type Results, readResults } from './results.js'

/** The page of the documentation: `docs/simulation-results.md`. */
export function writeResults(file: string): void {
  const page = new URL('../../../../docs/simulation-results.md', import.meta.url)
  writeFileSync(page, renderResults(readResults(file)))
}

function renderResults({ tally, mutations }: Results): string {
  const { seeds, failovers, operations, excusedLosses, events, duration, cpu, reached, failed } =
    tally
  const rate = cpu === 0 ? 0 : Math.round((failovers / cpu) * 1000)
  const hours = (duration / 3_600_000).toFixed(1)
  const lines = [
    '# Results of the simulation',
    '',
    'Written by `npm run simulate -- ... --json FILE --results`; [simulation.md](simulation.md) says what is run and how to read it.',
    '',
    '## Runs',
    '',
    '| | |',
    '|---|---:|',
    `| seeds | ${seeds} |`,
    `| of which failed | ${failed.length} |`,
    `| failovers (promotions that Sentinel announced) | ${failovers} |`,
    `| calls by applications | ${operations} |`,
    `| acknowledged writes lost where no client can prevent it | ${excusedLosses} |`,
    `| events | ${events} |`,
    `| simulated hours | ${hours} |`,
    `| failovers a second and core | ${rate} |`,
    '',
    '## Mutations',
    '',
    'Each breaks the product in one place. A mutation that is not found is a hole in the model.',
    '',
    '| mutation | what it breaks | found as | seeds until then | kept schedule that finds it |',
    '|---|---|---|---:|---|',
    ...mutations.map(
      ({ name, what, violation, seeds, kept }) =>
        `| \`${name}\` | ${what} | ${violation ?? '**not found**'} | ${seeds ?? '-'} | ${kept ?? '-'} |`,
    ),
    '',
    '## What it found in the product',
    '',
    ...(mendedFaults.length === 0
      ? ['Nothing yet.']
      : [
          '| seed | what happened | mended by |',
          '|---:|---|---|',
          ...mendedFaults.map(({ seed, what, commit }) => `| ${seed} | ${what} | ${commit} |`),
        ]),
    '',
    '## States and transitions not reached',
    '',
    ...notReached(reached),
    '',
    '## States and transitions reached',
    '',
    '| | times |',
    '|---|---:|',
    ...Object.entries(reached)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, count]) => `| ${what} | ${count} |`),
    '',
  ]
  return lines.join('\n')
}

function notReached(reached: Readonly<Record<string, number>>): string[] {
  const missing = expectedTransitions.filter((it) => reached[it] === undefined)
  return missing.length === 0
    ? ['None of those that are expected.']
    : missing.map((it) => `- ${it}${unreachable[it] === undefined ? '' : `: ${unreachable[it]}`}`)
}
