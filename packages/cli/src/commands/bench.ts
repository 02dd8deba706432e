import { runBench } from '../bench/run-bench.js'
import { UsageError } from '../cli-error.js'
import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { withClient } from '../connection/with-client.js'
import { exitCode } from '../exit-code.js'
import { table } from '../output/table.js'
import type { Run } from '../run.js'

export interface BenchFlags extends ConnectionFlags {
  readonly seconds: string
  readonly concurrency: string
  readonly size: string
  readonly json?: boolean
}

export const bench: Run<BenchFlags> = async (flags, _operands, terminal) => {
  const options = {
    seconds: read('--seconds', flags.seconds, 0.1, 3600),
    concurrency: read('--concurrency', flags.concurrency, 1, 10_000),
    size: read('--size', flags.size, 0, 10_000_000),
    signal: terminal.signal,
  }
  const deployment = await readDeployment(flags, terminal)
  const results = await withClient(deployment, terminal, (client) => runBench(client, options))
  if (flags.json) {
    const { signal, ...asked } = options
    terminal.print(JSON.stringify({ ...asked, results }, undefined, 2))
  } else {
    const rows = results.map((one) => [
      ...[one.command, `${one.operations}`, `${one.perSecond}`, `${one.p50}`, `${one.p99}`],
      ...[
        `${one.slowest}`,
        Object.entries(one.errors)
          .map((e) => e.join(' '))
          .join(', ') || 'none',
      ],
    ])
    const head = ['COMMAND', 'OPERATIONS', 'PER SECOND', 'P50 MS', 'P99 MS', 'SLOWEST MS', 'ERRORS']
    for (const line of table([head, ...rows])) terminal.print(line)
  }
  const isClean = results.every(({ errors }) => Object.keys(errors).length === 0)
  return isClean ? exitCode.ok : exitCode.findings
}

function read(option: string, given: string, least: number, most: number): number {
  const value = Number(given)
  if (value >= least && value <= most) return value
  throw new UsageError(`${option} takes ${least} to ${most}, not "${given}"`)
}
