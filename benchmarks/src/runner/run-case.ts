import { join } from 'node:path'
import type { JobContext } from '../jobs/job.js'
import type { Sample } from '../measure/metrics.js'
import { ContenderProcess, type ProcessOptions } from '../process/contender-process.js'
import type { CaseSpec, ParticipantSpec } from '../suites/case.js'
import type { Settings } from './settings.js'

export interface RunCaseOptions extends ProcessOptions {
  readonly settings: Settings
  readonly target: JobContext['target']
  /** Called before every round; `round` counts from 1. */
  readonly onRound?: (participant: ParticipantSpec, round: number) => void
}

/**
 * Runs a case's participants interleaved (A B C A B C ...), each in its own process.
 * @returns the samples of each participant in the order of its rounds
 * @throws ContenderError at the first wrong reply, crash or hang; no process is left
 */
export async function runCase(spec: CaseSpec, options: RunCaseOptions): Promise<Sample[][]> {
  return spec.isFreshEachRound ? runFresh(spec, options) : runWarm(spec, options)
}

async function runWarm(spec: CaseSpec, options: RunCaseOptions): Promise<Sample[][]> {
  const { settings, onRound } = options
  const processes = await startAll(spec, options)
  try {
    for (const contender of processes) await contender.round(settings.warmUpDuration)
    const samples: Sample[][] = processes.map(() => [])
    for (let round = 1; round <= settings.rounds; round++) {
      for (const [i, contender] of processes.entries()) {
        onRound?.(spec.participants[i]!, round)
        samples[i]!.push(await contender.round(settings.roundDuration))
      }
    }
    await Promise.all(processes.map((contender) => contender.close()))
    return samples
  } finally {
    for (const contender of processes) contender.kill()
  }
}

async function startAll(spec: CaseSpec, options: RunCaseOptions): Promise<ContenderProcess[]> {
  const starts = await Promise.allSettled(
    spec.participants.map((participant, i) => start(spec, participant, i, options)),
  )
  const failed = starts.find((result) => result.status === 'rejected')
  const processes = starts.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  if (failed === undefined) return processes
  for (const contender of processes) contender.kill()
  throw failed.reason
}

async function runFresh(spec: CaseSpec, options: RunCaseOptions): Promise<Sample[][]> {
  const { settings, onRound } = options
  const samples: Sample[][] = spec.participants.map(() => [])
  for (let round = 1; round <= settings.freshRounds; round++) {
    for (const [i, participant] of spec.participants.entries()) {
      onRound?.(participant, round)
      const contender = await start(spec, participant, i, options)
      try {
        samples[i]!.push(await contender.round(settings.roundDuration))
        await contender.close()
      } finally {
        contender.kill()
      }
    }
  }
  return samples
}

function start(
  spec: CaseSpec,
  participant: ParticipantSpec,
  index: number,
  { target, profileFolder }: RunCaseOptions,
) {
  const context = { target, keyPrefix: `bench:${prefixDigits(index)}:user:` }
  const label = `${participant.label} (${participant.placement})`
  return ContenderProcess.start(label, participant.job, context, {
    profileFolder: profileFolder && join(profileFolder, spec.id),
  })
}

/** Two digits: with them, the keys have 20 characters. */
const prefixDigits = (index: number) => String(index).padStart(2, '0')
