import type { Scenario } from '../scenario.js'
import { findScenario, scenarios } from '../scenarios/index.js'
import { subjectNames } from '../subjects/subject.js'
import { type Options, UsageError } from './options.js'
import type { RunRequest } from './run-in-child.js'

/** What is to be run, in order. One seed runs the same again. */
export function planRuns(options: Options): RunRequest[] {
  return select(options).flatMap((scenario) => {
    const subjects = subjectNames.filter(
      (name) => name === 'disredis' || (options.peers && scenario.hasPeers === true),
    )
    return Array.from({ length: options.runs }, (_, run) =>
      // Interleaved: what the machine does meanwhile concerns all of them.
      subjects.map((subject) => ({ scenario, subject, seed: options.seed + run })),
    ).flat()
  })
}

function select({ faults, scenarios: ids, long }: Options): readonly Scenario[] {
  if (ids !== undefined) return ids.map(find)
  const wanted = scenarios.filter(({ isLong }) => long || isLong !== true)
  if (faults === undefined) return wanted
  const missing = faults.filter((row) => !wanted.some(({ fault }) => fault === row))
  if (missing.length > 0) {
    throw new UsageError(`No scenario for row ${missing.join(', ')}; see --list, and --long`)
  }
  return wanted.filter(({ fault }) => faults.includes(fault))
}

function find(id: string): Scenario {
  try {
    return findScenario(id)
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause })
  }
}
