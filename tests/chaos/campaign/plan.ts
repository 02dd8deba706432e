import { ensureRedisServer, type ServerBinary } from '@disredis/fleet'
import type { Scenario } from '../scenario.js'
import { findScenario, scenarios } from '../scenarios/index.js'
import { subjectNames } from '../subjects/subject.js'
import { type Options, UsageError } from './options.js'
import type { RunRequest } from './run-in-child.js'

/** What is to be run, in order. One seed runs the same again. */
export async function planRuns(options: Options): Promise<RunRequest[]> {
  const server = await ensureRedisServer()
  return select(options, server).flatMap((scenario) => {
    const subjects = subjectNames.filter(
      (name) => name === 'disredis' || (options.peers && scenario.hasPeers === true),
    )
    return Array.from({ length: options.runs }, (_, run) =>
      // Interleaved: what the machine does meanwhile concerns all of them.
      subjects.map((subject) => ({ scenario, subject, seed: options.seed + run })),
    ).flat()
  })
}

function select(
  { faults, scenarios: ids, long }: Options,
  server: ServerBinary,
): readonly Scenario[] {
  if (ids !== undefined) return ids.map((id) => find(id, server))
  const wanted = scenarios.filter(
    (scenario) => (long || scenario.isLong !== true) && isFor(scenario, server),
  )
  if (faults === undefined) return wanted
  const missing = faults.filter((row) => !wanted.some(({ fault }) => fault === row))
  if (missing.length > 0) {
    throw new UsageError(`No scenario for row ${missing.join(', ')}; see --list, and --long`)
  }
  return wanted.filter(({ fault }) => faults.includes(fault))
}

function isFor({ needsValkey }: Scenario, { flavour, major }: ServerBinary): boolean {
  return needsValkey === undefined || (flavour === 'valkey' && major >= needsValkey)
}

function find(id: string, server: ServerBinary): Scenario {
  const scenario = named(id)
  if (isFor(scenario, server)) return scenario
  const { path, flavour, version } = server
  throw new UsageError(
    `${id} needs Valkey ${scenario.needsValkey}, and ${path} is ${flavour} ${version}; DISREDIS_REDIS_SERVER names another`,
  )
}

function named(id: string): Scenario {
  try {
    return findScenario(id)
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause })
  }
}
