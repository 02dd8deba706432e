import { execFileSync, type StdioOptions } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { findRedisServer } from '@disredis/fleet'
import type { RunResult } from '../run/run-result.js'
import type { SoakSummary } from '../soak/soak-summary.js'

/** The runs of one scenario with one client, as they were last taken. */
export interface Series {
  readonly scenario: string
  readonly subject: string
  readonly takenOn: string
  /** What repeats them. */
  readonly command: string
  readonly runs: readonly RunResult[]
}

export interface ResultFile {
  readonly machine: string
  readonly commit: string
  readonly series: readonly Series[]
  readonly soaks: readonly SoakSummary[]
}

/** Puts new series in the place of older ones; the file is made if there is none. */
export async function mergeResults(
  file: string,
  results: readonly RunResult[],
  command: string,
): Promise<void> {
  const known = readResults(file)
  const fresh = seriesOf(results, command)
  const kept = (known?.series ?? []).filter(
    (old) => !fresh.some((one) => one.scenario === old.scenario && one.subject === old.subject),
  )
  await write(file, { series: [...kept, ...fresh], soaks: known?.soaks ?? [] })
}

export async function addSoak(file: string, soak: SoakSummary): Promise<void> {
  const known = readResults(file)
  await write(file, { series: known?.series ?? [], soaks: [soak] })
}

export function readResults(file: string): ResultFile | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

async function write(file: string, content: Pick<ResultFile, 'series' | 'soaks'>): Promise<void> {
  const result: ResultFile = { machine: await describeMachine(), commit: commit(), ...content }
  writeFileSync(file, `${JSON.stringify(result, undefined, 1)}\n`)
}

function seriesOf(results: readonly RunResult[], command: string): Series[] {
  const takenOn = new Date().toISOString().slice(0, 10)
  const series = new Map<string, Series & { runs: RunResult[] }>()
  for (const result of results) {
    const { scenario, subject } = result
    const key = `${scenario} ${subject}`
    const one = series.get(key) ?? { scenario, subject, takenOn, command, runs: [] }
    one.runs.push(withoutStory(result))
    series.set(key, one)
  }
  return [...series.values()]
}

/** What happened in a run in order is of no interest. */
function withoutStory({ journal, ...result }: RunResult): RunResult {
  return journal === undefined || result.violations.length === 0 ? result : { ...result, journal }
}

async function describeMachine(): Promise<string> {
  const server = await findRedisServer()
  const [cpu] = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  return [
    `${cpus().length} × ${cpu?.model.trim()}, ${gib} GiB`,
    `Node ${process.versions.node}`,
    server === undefined ? '' : `${server.flavour} ${server.version}`,
  ]
    .filter((part) => part !== '')
    .join('; ')
}

function commit(): string {
  try {
    const stdio: StdioOptions = ['ignore', 'pipe', 'ignore']
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio }).trim()
  } catch {
    return 'unknown'
  }
}
