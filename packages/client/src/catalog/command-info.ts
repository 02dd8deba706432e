import { type CommandEffect, effectOf, runsScript } from './command-effect.js'
import { type KeyFinder, keyFinder } from './key-finder.js'
import type { Route } from './route.js'
import { routeOf } from './routes.js'
import { serverCommands } from './server-commands.js'
import { argumentTransformers, replyTransformers } from './transformers.js'

/** What is known of a command by its name alone; looked up once per name. */
export interface CommandInfo {
  /** Lower case. A subcommand has its container's name: it is the first argument that tells it. */
  readonly name: string
  readonly route: Route
  /** Position in the arguments of the only key that decides the route, or -1: ask {@link findKeys}. */
  readonly keyIndex: number
  readonly findKeys: KeyFinder
  readonly effect: CommandEffect
  /** Its reply, an error too, may be a script's own. */
  readonly runsScript: boolean
  /** It may wait on the server, in front of every later command of its connection. */
  readonly isBlocking: boolean
  /** Position of the cursor of SCAN and its like in the arguments; -1 for all others. */
  readonly cursorIndex: number
  /** It may read keys that patterns in its arguments name: see `externalPatterns`. */
  readonly readsPatterns: boolean
  /** What a caller who wrote the name in lower case gets made of the arguments, and of the reply. */
  readonly transformArguments: ((args: readonly unknown[]) => readonly unknown[]) | undefined
  readonly transformReply: ((reply: unknown) => unknown) | undefined
  /** Of a container such as OBJECT, by lower-case name. */
  readonly subcommands: ReadonlyMap<string, CommandInfo> | undefined
}

const infos = new Map<string, CommandInfo>()

/** @param name as the caller wrote it: `GET`, `get`. Of a container: see {@link infoOfCall}. */
export function commandInfo(name: string): CommandInfo {
  const known = infos.get(name)
  if (known !== undefined) return known
  const lower = String(name).toLowerCase()
  const info = infos.get(lower) ?? describe(lower, lower)
  // Callers may make names up; the map must not grow with them.
  if (infos.size < 2000) infos.set(name, info)
  return info
}

/** What is known of this very call: of `OBJECT ENCODING key` what is known of the subcommand. */
export function infoOfCall(info: CommandInfo, args: readonly unknown[]): CommandInfo {
  return info.subcommands?.get(String(args[0]).toLowerCase()) ?? info
}

const cursorIndexes = new Map([
  ['scan', 0],
  ['hscan', 1],
  ['sscan', 1],
  ['zscan', 1],
])

function describe(fullName: string, name: string): CommandInfo {
  const [flags, keys] = Object.hasOwn(serverCommands, fullName)
    ? serverCommands[fullName]!
    : (['', ''] as const)
  const route = routeOf(fullName, keys !== '')
  const isBlocking = flags.includes('blocking')
  const readsPatterns = name === 'sort' || name === 'sort_ro'
  const cursorIndex = cursorIndexes.get(name) ?? -1
  const isSpecial = isBlocking || readsPatterns || cursorIndex >= 0
  const subcommands = containers.get(fullName)
  return Object.freeze({
    name,
    route,
    keyIndex: isSpecial ? -1 : indexOfOnlyKey(route, keys),
    findKeys: keys === '' ? noKeys : keyFinder(keys),
    effect: effectOf(fullName, flags.includes('readonly')),
    runsScript: runsScript(fullName),
    isBlocking,
    cursorIndex,
    readsPatterns,
    transformArguments: argumentTransformers.get(fullName),
    transformReply: replyTransformers.get(fullName),
    subcommands:
      subcommands && new Map(subcommands.map((sub) => [sub, describe(`${name}|${sub}`, name)])),
  })
}

function indexOfOnlyKey(route: Route, keys: string): number {
  if (route.to === 'channel') return 0
  return route.to === 'keys' && /^\d+$/.test(keys) ? Number(keys) - 1 : -1
}

function noKeys(): number[] {
  return []
}

/** The subcommands of each container. */
const containers = new Map<string, string[]>()
for (const fullName of Object.keys(serverCommands)) {
  const [name, subcommand] = fullName.split('|') as [string, string?]
  if (subcommand === undefined) continue
  if (!containers.has(name)) containers.set(name, [])
  containers.get(name)!.push(subcommand)
}
