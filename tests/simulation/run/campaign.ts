import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isFound, runMutations } from '../mutations/run-mutations.js'
import { addResults } from '../report/results.js'
import { writeResults } from '../report/write-results.js'
import { keptSchedules } from '../schedule/kept-schedules.js'
import type { Options } from './options.js'
import { runSeeds } from './run-seeds.js'
import type { Tally } from './worker-messages.js'
import { WorkerPool } from './worker-pool.js'

/** Seeds that `npm test` runs every time. */
const fixedSeeds = { from: 1, seeds: 40 }

/**
 * ms of processor time for new seeds in `npm test`. What they find is told with its seed, and fails nothing: a test that
 * fails for another reason each time tells nobody what broke it. A seed that was found is kept as a schedule.
 */
const newSeedsTime = 120_000

/** Runs that `npm test` may take to shorten what failed: it has to come to its end. */
const shortShrinking = 60

/** Does what was asked for. @returns the exit code */
export async function campaign(options: Options): Promise<number> {
  let passed = 0
  let failed = 0
  const count = (isPassed: boolean) => {
    if (isPassed) passed++
    else failed++
  }
  if (options.mutations) {
    const found = await runMutations(options)
    for (const result of found) count(isFound(result))
    if (options.json !== undefined) addResults(options.json, { mutations: found })
  } else {
    using pool = new WorkerPool(options.jobs)
    if (options.seed !== undefined) return await tellOne(pool, options.seed, options.story)
    if (options.kept || options.short) await runKept(pool, count)
    if (!options.kept) {
      if (options.short) await runFixed(pool, options, count)
      const tally = await runAll(pool, options)
      if (!options.short) count(tally.failed.length === 0)
      if (options.json !== undefined) addResults(options.json, { tally })
    }
  }
  if (options.results && options.json !== undefined) writeResults(options.json)
  if (options.counts !== undefined) {
    mkdirSync(dirname(options.counts), { recursive: true })
    writeFileSync(options.counts, JSON.stringify({ passed, failed, skipped: 0 }))
  }
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

async function runAll(pool: WorkerPool, options: Options): Promise<Tally> {
  const { jobs, minutes } = options
  const from = options.from ?? Math.floor(Math.random() * 1e9)
  const onProgress = progress(options.short)
  console.log(`seeds from ${from}`)
  const seeds = options.short || minutes !== undefined ? undefined : (options.seeds ?? 1000)
  const time = options.short
    ? newSeedsTime / jobs
    : minutes === undefined
      ? undefined
      : minutes * 60_000
  const tally = await runSeeds(pool, { from, seeds, time, jobs, stopsAtFailure: true, onProgress })
  console.log(summaryOf(tally))
  await tellFailure(pool, tally, options)
  return tally
}

async function runFixed(
  pool: WorkerPool,
  options: Options,
  count: (isPassed: boolean) => void,
): Promise<void> {
  const tally = await runSeeds(pool, {
    ...fixedSeeds,
    time: undefined,
    jobs: options.jobs,
    stopsAtFailure: true,
  })
  console.log(`fixed seeds: ${summaryOf(tally)}`)
  count(tally.failed.length === 0)
  await tellFailure(pool, tally, options)
}

async function tellFailure(pool: WorkerPool, tally: Tally, { short }: Options): Promise<void> {
  const [first] = tally.failed
  if (first === undefined) return
  const { seed, violations } = first
  console.log(`× seed ${seed}: ${violations[0]!.kind}: ${violations[0]!.what}`)
  console.log('The shortest schedule that still fails:\n')
  const answer = await pool.ask({
    kind: 'shrink',
    seed,
    mostRuns: short ? shortShrinking : undefined,
  })
  if (answer.kind === 'text') console.log(answer.text)
  console.log(
    `\nTo see it again: npm run simulate -- --seed ${seed}\n` +
      'A seed means this schedule to this version only: what is to stay goes, as it stands above, into schedule/kept-schedules.ts.',
  )
}

async function tellOne(pool: WorkerPool, seed: number, isWhole: boolean): Promise<number> {
  const answer = await pool.ask({ kind: isWhole ? 'story' : 'shrink', seed })
  if (answer.kind !== 'text') throw new Error('A worker answered with something else')
  console.log(answer.text)
  return answer.isFailed ? 1 : 0
}

async function runKept(pool: WorkerPool, count: (isPassed: boolean) => void): Promise<void> {
  for (const { title, schedule } of keptSchedules) {
    const answer = await pool.ask({ kind: 'schedule', schedule })
    const failed = answer.kind === 'tally' ? answer.tally.failed[0] : undefined
    console.log(`${failed === undefined ? '✓' : '×'} ${title}`)
    for (const { kind, what } of failed?.violations ?? []) console.log(`    ${kind}: ${what}`)
    count(failed === undefined)
  }
}

/** A line each ten seconds. */
function progress(isQuiet: boolean): (tally: Tally, elapsed: number) => void {
  let told = 0
  return (tally, elapsed) => {
    if (isQuiet || elapsed - told < 10_000) return
    told = elapsed
    const rate = (tally.seeds / elapsed) * 1000
    console.log(`${(elapsed / 1000).toFixed(0)} s: ${summaryOf(tally)}, ${rate.toFixed(1)} seeds/s`)
  }
}

function summaryOf(tally: Tally): string {
  const { seeds, failovers, operations, cpu, reached, failed } = tally
  const perSecond = cpu === 0 ? 0 : (failovers / cpu) * 1000
  return `${seeds} seeds, ${failovers} failovers, ${operations} calls, ${perSecond.toFixed(0)} failovers a second and core, ${Object.keys(reached).length} states and transitions, ${failed.length} failed`
}
