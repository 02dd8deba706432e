import type { Environment } from '../runner/environment.js'
import type { RunResult } from '../runner/run-result.js'

/**
 * The known results with the cases in place that a run of some suites measured again, and a note of
 * that run. A run that has every known case takes the place of them all.
 *
 * @throws when the two cannot stand on one page: another machine, other versions or other rounds
 */
export function remeasure(known: RunResult | undefined, fresh: RunResult): RunResult {
  const again = new Map(fresh.cases.map((one) => [one.id, one]))
  if (known === undefined || known.cases.every(({ id }) => again.has(id))) return fresh
  if (circumstancesOf(known) !== circumstancesOf(fresh)) {
    throw new Error(
      'docs/benchmarks has results of another machine, other versions or other rounds: ' +
        'measure everything anew, or leave --docs away',
    )
  }
  const { command, environment, cases } = fresh
  const suites = [...new Set(cases.map(({ suite }) => suite))]
  const isOutdated = (note: { readonly suites: readonly string[] }) =>
    note.suites.every((suite) => suites.includes(suite))
  return {
    ...known,
    cases: known.cases.map((one) => again.get(one.id) ?? one),
    remeasured: [
      ...(known.remeasured ?? []).filter((note) => !isOutdated(note)),
      { suites, command, startedAt: environment.startedAt, commit: environment.commit },
    ],
  }
}

function circumstancesOf({ settings, environment }: RunResult): string {
  const { cpu, cores, node, packages }: Environment = environment
  return JSON.stringify([settings, cpu, cores, node, packages])
}
