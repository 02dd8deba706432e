import type { RunResult } from '../runner/run-result.js'

/**
 * The known results with the cases in place that a run of some suites measured again, and a note of
 * that run. A run that has every known case takes the place of them all.
 *
 * @throws when the two cannot stand on one page: another machine, other versions, other rounds, or
 * fewer contenders
 */
export function remeasure(known: RunResult | undefined, fresh: RunResult): RunResult {
  const again = new Map(fresh.cases.map((one) => [one.id, one]))
  if (known === undefined || known.cases.every(({ id }) => again.has(id))) return fresh
  if (circumstancesOf(known) !== circumstancesOf(fresh) || !isServerOf(known, fresh)) {
    throw new Error(
      'docs/benchmarks has results of another machine, other versions or other rounds: ' +
        'measure everything anew, or leave --docs away',
    )
  }
  const missing = known.cases.flatMap(({ id, participants }) => {
    const there = again.get(id)?.participants ?? participants
    return participants.filter((one) => !there.some((other) => other.id === one.id))
  })
  if (missing.length > 0) {
    const ids = [...new Set(missing.map(({ id }) => id))].join(', ')
    throw new Error(
      `docs/benchmarks would lose ${ids}: measure all contenders, or leave --docs away`,
    )
  }
  const { command, environment, cases } = fresh
  const suites = [...new Set(cases.map(({ suite }) => suite))]
  const isOutdated = (note: { readonly suites: readonly string[] }) =>
    note.suites.every((suite) => suites.includes(suite))
  const isKnown = new Set(known.cases.map(({ id }) => id))
  return {
    ...known,
    cases: [
      ...known.cases.map((one) => again.get(one.id) ?? one),
      ...cases.filter(({ id }) => !isKnown.has(id)),
    ],
    remeasured: [
      ...(known.remeasured ?? []).filter((note) => !isOutdated(note)),
      { suites, command, startedAt: environment.startedAt, commit: environment.commit },
    ],
  }
}

function circumstancesOf({ settings, environment }: RunResult): string {
  const { cpu, cores, node, packages } = environment
  return JSON.stringify([settings, cpu, cores, node, packages])
}

/** Suites without a server fit to any. */
function isServerOf(known: RunResult, { environment: { server } }: RunResult): boolean {
  return server === 'none' || server === known.environment.server
}
