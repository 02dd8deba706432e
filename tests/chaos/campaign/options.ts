import { parseArgs } from 'node:util'

export const usage = `
npm run chaos -- [options]

  --list             name every scenario
  --faults 1,2,3     rows of the fault matrix; 0 for what is measured besides (default: all)
  --scenarios a,b    scenarios by name
  --runs N           runs of each (default 1)
  --peers            the same faults against ioredis and node-redis, where scenarios allow it
  --short            one run of each that takes seconds; figures are reported, not judged
  --long             also those that take minutes
  --no-skips         what cannot be run here has failed; so it is with DISREDIS_CHAOS_NO_SKIPS=1
  --jobs N           runs at a time (default 1; figures are only good with 1)
  --seed N           seed of the first run (default: drawn and printed)
  --soak 30m         random schedules of several faults for so long (s, m, h)
  --round N          with --soak and --seed: repeats one round of that soak
  --json FILE        results; scenarios that were run before keep theirs until they are run again
  --report           writes docs/chaos-results.md from --json FILE
  --counts FILE      {"passed": N, "failed": N, "skipped": N}
  --verbose          shows what happened in each run
`

/** What was asked for cannot be done; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Options {
  /** What repeats it. */
  readonly command: string
  readonly list: boolean
  readonly faults: readonly number[] | undefined
  readonly scenarios: readonly string[] | undefined
  readonly runs: number
  readonly peers: boolean
  readonly short: boolean
  readonly long: boolean
  readonly noSkips: boolean
  readonly jobs: number
  readonly seed: number
  /** ms */
  readonly soak: number | undefined
  readonly round: number | undefined
  readonly json: string | undefined
  readonly report: boolean
  readonly counts: string | undefined
  readonly verbose: boolean
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args)
  const {
    faults,
    scenarios,
    seed,
    soak,
    round,
    json,
    counts,
    'no-skips': noSkips,
    ...rest
  } = values
  if (values.report && json === undefined) throw new UsageError('--report needs --json FILE')
  return {
    ...rest,
    command: ['npm run chaos --', ...args].join(' '),
    noSkips: noSkips || process.env.DISREDIS_CHAOS_NO_SKIPS === '1',
    faults: faults?.split(',').map((row) => whole('faults', row)),
    scenarios: scenarios?.split(','),
    runs: whole('runs', rest.runs),
    jobs: whole('jobs', rest.jobs),
    seed: seed === undefined ? Math.floor(Math.random() * 1e6) : whole('seed', seed),
    soak: soak === undefined ? undefined : duration(soak),
    round: round === undefined ? undefined : whole('round', round),
    json,
    counts,
  }
}

function parse(args: readonly string[]) {
  const config = {
    args: [...args],
    options: {
      list: { type: 'boolean', default: false },
      faults: { type: 'string' },
      scenarios: { type: 'string' },
      runs: { type: 'string', default: '1' },
      peers: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      'no-skips': { type: 'boolean', default: false },
      jobs: { type: 'string', default: '1' },
      seed: { type: 'string' },
      soak: { type: 'string' },
      round: { type: 'string' },
      json: { type: 'string' },
      report: { type: 'boolean', default: false },
      counts: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  } as const
  try {
    return parseArgs(config)
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause })
  }
}

function whole(option: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new UsageError(`--${option} takes a whole number, not "${text}"`)
}

function duration(text: string): number {
  const match = /^(\d+)(s|m|h)$/.exec(text)
  if (match === null)
    throw new UsageError(`--soak takes a time such as 90s, 30m or 8h, not "${text}"`)
  const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 }
  return Number(match[1]) * units[match[2]!]!
}
