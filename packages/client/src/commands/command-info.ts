import { type CommandEffect, effectOf } from './command-effect.js'
import { serverCommands } from './server-commands.js'

/** What is known of a command by its name alone; looked up once per name. */
export interface CommandInfo {
  /** Lower case. */
  readonly name: string
  /** Position of the only key in the arguments, or -1 where the arguments must be searched for keys. */
  readonly keyIndex: number
  readonly effect: CommandEffect
  /** It may wait on the server, in front of every later command of its connection. */
  readonly isBlocking: boolean
}

const infos = new Map<string, CommandInfo>()

/** @param name as the caller wrote it: `GET`, `get`. */
export function commandInfo(name: string): CommandInfo {
  const known = infos.get(name)
  if (known !== undefined) return known
  const info = describe(String(name).toLowerCase())
  infos.set(name, info)
  return info
}

function describe(name: string): CommandInfo {
  const row = serverCommands[name]
  if (row === undefined)
    return Object.freeze({ name, keyIndex: -1, effect: effectOf(name, false), isBlocking: false })
  const [flags, firstKey, lastKey] = row
  const hasOneKey = firstKey > 0 && lastKey === firstKey && !flags.includes('movablekeys')
  return Object.freeze({
    name,
    keyIndex: hasOneKey ? firstKey - 1 : -1,
    effect: effectOf(name, flags.includes('readonly')),
    isBlocking: flags.includes('blocking'),
  })
}
