import type { Target } from '../contenders/contender.js'
import type { ProcessOptions } from '../process/contender-process.js'
import type { CaseSpec } from '../suites/case.js'
import { serverVersion, startBenchFleet, targetOf } from './bench-fleet.js'
import { describeMachine } from './environment.js'
import { runCase } from './run-case.js'
import type { CaseResult, RunResult } from './run-result.js'
import type { Settings } from './settings.js'

export interface RunOptions extends ProcessOptions {
  readonly settings: Settings
  /** Repeats the run; kept beside the figures. */
  readonly command: string
  /** One line about what is going on. */
  readonly onProgress: (line: string) => void
  readonly onCase: (result: CaseResult) => void
}

const noServers: Target = { shards: [], sentinels: [] }

/** Runs the cases in order, on one fleet after the other. */
export async function run(cases: readonly CaseSpec[], options: RunOptions): Promise<RunResult> {
  const machine = await describeMachine()
  const results: CaseResult[] = []
  let server = 'none'
  for (const masters of new Set(cases.map((spec) => spec.masters))) {
    const ofThisFleet = cases.filter((spec) => spec.masters === masters)
    if (masters === 0) {
      results.push(...(await runAll(ofThisFleet, noServers, options)))
    } else {
      options.onProgress(`Starting a fleet of ${masters} masters`)
      await using fleet = await startBenchFleet(masters)
      server = await serverVersion(fleet)
      results.push(...(await runAll(ofThisFleet, targetOf(fleet), options)))
    }
  }
  const { command, settings } = options
  return { version: 1, command, environment: { ...machine, server }, settings, cases: results }
}

async function runAll(cases: readonly CaseSpec[], target: Target, options: RunOptions) {
  const results: CaseResult[] = []
  for (const spec of cases) {
    const result = await runOne(spec, target, options)
    options.onCase(result)
    results.push(result)
  }
  return results
}

async function runOne(spec: CaseSpec, target: Target, options: RunOptions): Promise<CaseResult> {
  const { onProgress } = options
  const samples = await runCase(spec, {
    ...options,
    target,
    onRound: ({ label }, round) => onProgress(`${spec.title}: round ${round}, ${label}`),
  })
  const { id, suite, title, figure, group, columns, reference } = spec
  const participants = spec.participants.map(({ job: _, ...participant }, i) => ({
    ...participant,
    samples: samples[i]!,
  }))
  return { id, suite, title, figure, group, columns, reference, participants }
}
