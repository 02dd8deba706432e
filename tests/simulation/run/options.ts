import { parseArgs } from 'node:util'

export const usage = `
npm run simulate -- [options]

  --seeds N          so many seeds (default 1000)
  --minutes M        as many as can be run in so many minutes
  --from S           the first seed (default: drawn and printed)
  --seed S           this one alone; with --story tells what happened in it
  --story            with --seed: the whole story; else that of the shortest schedule that still fails
  --jobs N           processes at a time (default 1)
  --kept             the schedules that once failed, and were kept
  --mutations [NAME] breaks the product in each way that is listed, and looks whether it is found;
                     --seeds N: within so many seeds at most
  --short            what npm test runs: kept schedules, a fixed set of seeds; two minutes of new ones, which are told only
  --results          writes docs/simulation-results.md from what was run here, with --json FILE
  --json FILE        adds what was run to FILE
  --counts FILE      {"passed": N, "failed": N, "skipped": N}
`

/** What was asked for cannot be done; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Options {
  readonly seeds: number | undefined
  readonly minutes: number | undefined
  readonly from: number | undefined
  readonly seed: number | undefined
  readonly story: boolean
  readonly jobs: number
  readonly kept: boolean
  readonly mutations: boolean
  /** Some mutations only. */
  readonly names: readonly string[]
  readonly short: boolean
  readonly results: boolean
  readonly json: string | undefined
  readonly counts: string | undefined
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args)
  if (values.results && values.json === undefined)
    throw new UsageError('--results needs --json FILE')
  return {
    seeds: number('seeds', values.seeds),
    minutes: number('minutes', values.minutes),
    from: number('from', values.from),
    seed: number('seed', values.seed),
    jobs: number('jobs', values.jobs) ?? 1,
    story: values.story,
    kept: values.kept,
    mutations: values.mutations,
    names: positionals,
    short: values.short,
    results: values.results,
    json: values.json,
    counts: values.counts,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seeds: { type: 'string' },
        minutes: { type: 'string' },
        from: { type: 'string' },
        seed: { type: 'string' },
        story: { type: 'boolean', default: false },
        jobs: { type: 'string' },
        kept: { type: 'boolean', default: false },
        mutations: { type: 'boolean', default: false },
        short: { type: 'boolean', default: false },
        results: { type: 'boolean', default: false },
        json: { type: 'string' },
        counts: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  throw new UsageError(`--${option} takes a number, not ${text}`)
}
