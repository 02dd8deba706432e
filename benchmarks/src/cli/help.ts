import { contenders } from '../contenders/registry.js'
import { renderText } from '../report/table.js'
import { settingsOf } from '../runner/settings.js'
import { suites } from '../suites/registry.js'

const { full, quick } = settingsOf

export const helpText = `Usage: npm run bench -- [options]

Runs disredis and its peers side by side on a fleet that it starts itself, each in its own process,
and prints tables and what became of the goals. A wrong reply or a crash ends the run with exit
code 1.

  --only SUITES         suites to run, comma-separated (default: all)
  --contenders IDS      contenders to run, comma-separated (default: all)
  --quick               fewer and shorter rounds, fewer peers in the smaller suites: under two minutes
  --rounds N            rounds after the warm-up (default: ${full.rounds}, quick ${quick.rounds})
  --round-ms MS         length of a round (default: ${full.roundDuration}, quick ${quick.roundDuration})
  --warm-up-ms MS       length of the warm-up (default: ${full.warmUpDuration}, quick ${quick.warmUpDuration})
  --json FILE           write every sample
  --docs, --no-docs     write docs/benchmarks.md and its plots (default: only a whole full run);
                        with --only, these suites are brought up to date there
  --compare             quick run, compared with the stored ratios: exit code 1 on a regression
  --update-baseline     quick run that stores its ratios in benchmarks/baseline.json
  --profile FOLDER      CPU and heap profiles of each contender's process
  --list                suites and contenders
  --help                this text

DISREDIS_REDIS_SERVER names the redis-server or valkey-server to use.
`

export function listText(): string {
  return [
    renderText({
      headings: ['suite', ''],
      textColumns: 2,
      rows: suites.map((s) => [s.name, s.description]),
    }),
    renderText({
      textColumns: 3,
      headings: ['contender', '', ''],
      rows: contenders.map(({ id, label, placement }) => [id, label, placement]),
    }),
  ]
    .join('\n\n')
    .concat('\n')
}
