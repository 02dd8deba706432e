import { readFile } from 'node:fs/promises'
import { UnreachableError, UsageError } from '../cli-error.js'
import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { diagnose } from '../doctor/diagnose.js'
import { factsOf } from '../doctor/facts.js'
import { renderFindings, renderLosses } from '../doctor/render-findings.js'
import { simulateLoss } from '../doctor/simulate-loss.js'
import { exitCode } from '../exit-code.js'
import { coloursOf } from '../output/colours.js'
import type { Run } from '../run.js'
import { collectSnapshot } from '../snapshot/collect-snapshot.js'

export interface DoctorFlags extends ConnectionFlags {
  readonly json?: boolean
  readonly simulate?: boolean
  readonly config?: readonly string[]
  readonly commandTimeout?: string
}

export const doctor: Run<DoctorFlags> = async (flags, _operands, terminal) => {
  const commandTimeout = Number(flags.commandTimeout ?? 10_000)
  if (!(commandTimeout >= 1)) {
    throw new UsageError(`--command-timeout takes ms, not "${flags.commandTimeout}"`)
  }
  const files = await readFiles(flags.config ?? [])
  const deployment = await readDeployment(flags, terminal)
  const snapshot = await collectSnapshot(deployment)
  const options = { weights: deployment.weights, files }
  const findings = diagnose(snapshot, { ...options, limits: { commandTimeout } })
  const losses = flags.simulate ? simulateLoss(factsOf(snapshot, options)) : undefined
  if (flags.json) {
    const simulation = losses === undefined ? {} : { simulation: losses }
    terminal.print(JSON.stringify({ findings, ...simulation }, undefined, 2))
  } else {
    const colours = coloursOf(terminal)
    if (losses !== undefined) for (const line of renderLosses(losses, colours)) terminal.print(line)
    for (const line of renderFindings(findings, colours)) terminal.print(line)
  }
  if (snapshot.sentinels.every(({ failure }) => failure !== undefined)) {
    throw new UnreachableError('No Sentinel could be reached')
  }
  return findings.some(({ severity }) => severity !== 'info') ? exitCode.findings : exitCode.ok
}

async function readFiles(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const path of paths) {
    try {
      files.set(path, await readFile(path, 'utf8'))
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      throw new UsageError(`--config ${path} cannot be read (${code})`, { cause })
    }
  }
  return files
}
