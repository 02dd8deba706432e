import { UnreachableError } from '../cli-error.js'
import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { exitCode } from '../exit-code.js'
import { coloursOf } from '../output/colours.js'
import type { Run } from '../run.js'
import { collectSnapshot } from '../snapshot/collect-snapshot.js'
import { describeTopology } from '../topology/describe-topology.js'
import { renderTopology } from '../topology/render-topology.js'
import { watchTopology } from '../topology/watch-topology.js'

export interface TopologyFlags extends ConnectionFlags {
  readonly json?: boolean
  readonly watch?: boolean
}

export const topology: Run<TopologyFlags> = async (flags, _operands, terminal) => {
  const deployment = await readDeployment(flags, terminal)
  const description = describeTopology(await collectSnapshot(deployment))
  if (flags.json) {
    terminal.print(JSON.stringify(description, undefined, flags.watch ? 0 : 2))
  } else {
    for (const line of renderTopology(description, coloursOf(terminal))) terminal.print(line)
  }
  const answering = description.sentinels.filter(({ failure }) => failure === undefined)
  if (answering.length === 0) throw new UnreachableError('No Sentinel answered')
  if (flags.watch) await watchTopology(deployment, terminal, flags.json ?? false)
  const isWhole =
    description.differences.length === 0 &&
    description.shards.every(({ nodes }) => nodes.every(({ failure }) => failure === undefined))
  return isWhole ? exitCode.ok : exitCode.findings
}
