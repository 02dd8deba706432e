import { parseArgs } from 'node:util'
import { contenders } from '../contenders/registry.js'
import { type Settings, settingsOf } from '../runner/settings.js'
import { suites } from '../suites/registry.js'

/** What the command line asks for. */
export interface Options {
  readonly action: 'run' | 'help' | 'list'
  /** Names of suites; all when empty. */
  readonly only: readonly string[]
  /** Ids of contenders; all when empty. */
  readonly contenders: readonly string[]
  readonly settings: Settings
  /** As given; relative to where the command was typed. */
  readonly json?: string
  readonly profile?: string
  readonly writesDocs: boolean
  readonly compares: boolean
  readonly updatesBaseline: boolean
}

/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args)
  const compares = values.compare ?? false
  const updatesBaseline = values['update-baseline'] ?? false
  const isQuick = (values.quick ?? false) || compares || updatesBaseline
  const defaults = settingsOf[isQuick ? 'quick' : 'full']
  const only = known(
    'suite',
    suites.map(({ name }) => name),
    values.only,
  )
  const chosen = known(
    'contender',
    contenders.map(({ id }) => id),
    values.contenders,
  )
  const rounds = positive('rounds', values.rounds)
  const isWhole = only.length === 0 && chosen.length === 0
  if (updatesBaseline && (!isWhole || compares)) {
    throw new UsageError('--update-baseline stores a whole quick run: give it alone')
  }
  return {
    action: values.help ? 'help' : values.list ? 'list' : 'run',
    only,
    contenders: chosen,
    settings: {
      ...defaults,
      rounds: rounds ?? defaults.rounds,
      freshRounds: rounds ?? defaults.freshRounds,
      roundDuration: positive('round-ms', values['round-ms']) ?? defaults.roundDuration,
      warmUpDuration: positive('warm-up-ms', values['warm-up-ms']) ?? defaults.warmUpDuration,
    },
    ...(values.json !== undefined && { json: values.json }),
    ...(values.profile !== undefined && { profile: values.profile }),
    writesDocs: values.docs ?? (isWhole && !isQuick),
    compares,
    updatesBaseline,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        only: { type: 'string', multiple: true },
        contenders: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        'round-ms': { type: 'string' },
        'warm-up-ms': { type: 'string' },
        json: { type: 'string' },
        docs: { type: 'boolean' },
        compare: { type: 'boolean' },
        'update-baseline': { type: 'boolean' },
        profile: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function known(what: string, names: readonly string[], given: readonly string[] = []): string[] {
  const wanted = given.flatMap((list) => list.split(',')).filter((name) => name !== '')
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown === undefined) return wanted
  throw new UsageError(`Unknown ${what} "${unknown}". Known: ${names.join(', ')}`)
}

function positive(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new UsageError(`--${option} takes a whole number above 0, not "${text}"`)
}
