import { createRequire } from 'node:module'

// Not a dependency of ours: the commands of the ioredis that is installed.
const commands = createRequire(createRequire(import.meta.url).resolve('ioredis'))(
  '@ioredis/commands/built/commands.json',
)

/** The commands whose keys are found by a rule in ioredis's code instead of its data. */
const ownRules = { msetex: '1#/2', sdiffcard: '1#', sunioncard: '1#' }

/** @returns {Array<[name: string, row: [flags: string, keys: string]]>} */
export function newerRows() {
  return rows(commands, '')
}

function rows(named, prefix) {
  return Object.entries(named).flatMap(
    ([name, { flags, keyStart, keyStop, step, subcommands }]) => {
      const kept = ['readonly', 'write', 'blocking'].filter((flag) => flags.includes(flag))
      const keys = ownRules[name] ?? range(keyStart, keyStop, step)
      return [
        [`${prefix}${name}`, [kept.join(' '), keys]],
        ...rows(subcommands ?? {}, `${prefix}${name}|`),
      ]
    },
  )
}

function range(first, last, step) {
  if (step === 0) return ''
  return first === last ? `${first}` : `${first}..${last}${step === 1 ? '' : `/${step}`}`
}
