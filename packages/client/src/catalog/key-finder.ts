/** Where the keys stand in a command's arguments (the command's name not counted), in ascending order per rule. */
export type KeyFinder = (args: readonly unknown[]) => number[]

type Rule = (args: readonly unknown[], found: number[]) => void

const ownRules: Readonly<Record<string, Rule>> = {
  sort: findSortKeys,
  migrate: findMigrateKeys,
}

/**
 * Reads the key positions of `ServerCommand`: rules separated by blanks. Positions count from 1, as
 * servers count: 0 is the command's name. Negative ones count from the end.
 *
 * - `1`: the argument at 1; `1..-1`: from there to the last; `1..-1/2`: every second of them
 * - `2#`: the argument at 2 says how many keys follow it; `1#/2`: every second argument after it
 * - `STORE@6`: the argument after that word, which is looked for from 6 on; `STREAMS@1..half`: the
 *   first half of all arguments after it
 * - `sort`, `migrate`: rules of their own
 *
 * As in `getKeysUsingKeySpecs` of Redis's db.c, but for too few arguments, which give fewer keys.
 */
export function keyFinder(rules: string): KeyFinder {
  const [first, ...others] = rules.split(' ').map((rule) => ownRules[rule] ?? readRule(rule))
  return (args) => {
    const found: number[] = []
    first?.(args, found)
    for (const rule of others) rule(args, found)
    return found
  }
}

function readRule(text: string): Rule {
  const groups =
    /^(?:(?<word>[A-Z]+)@)?(?<from>\d+)(?:(?<count>#)|\.\.(?<last>-?\d+|half))?(?:\/(?<step>\d+))?$/.exec(
      text,
    )?.groups
  if (groups === undefined) throw new TypeError(`Not a rule for keys: ${text}`)
  const { word, count, last } = groups
  const from = Number(groups.from) - 1
  const step = Number(groups.step ?? 1)
  const begin = word === undefined ? () => from : afterWord(word, from)
  if (count !== undefined) return countedKeys(begin, step)
  return range(begin, step, lastIndex(last))
}

type Begin = (args: readonly unknown[]) => number

function afterWord(word: string, from: number): Begin {
  return (args) => {
    for (let i = from; i < args.length - 1; i++) if (isWord(args[i], word)) return i + 1
    return args.length
  }
}

function countedKeys(begin: Begin, step: number): Rule {
  return (args, found) => {
    const at = begin(args)
    const count = Number(String(args[at]))
    for (let i = 0; i < count && at + 1 + i * step < args.length; i++) found.push(at + 1 + i * step)
  }
}

function lastIndex(last: string | undefined): (begin: number, length: number) => number {
  if (last === undefined) return (begin) => begin
  if (last === 'half') return (begin, length) => begin + Math.floor((length - begin) / 2) - 1
  const position = Number(last)
  return position < 0 ? (_, length) => length + position : () => position - 1
}

function range(begin: Begin, step: number, end: (begin: number, length: number) => number): Rule {
  return (args, found) => {
    const first = begin(args)
    const last = Math.min(end(first, args.length), args.length - 1)
    for (let i = first; i <= last; i += step) found.push(i)
  }
}

/** The words of SORT that take arguments, with their number. */
const sortWords = new Map([
  ['LIMIT', 2],
  ['GET', 1],
  ['BY', 1],
])

/** `sortGetKeys` of Redis's db.c: the last STORE counts. */
function findSortKeys(args: readonly unknown[], found: number[]): void {
  if (args.length > 0) found.push(0)
  for (let i = 1; i < args.length; i++) {
    const word = String(args[i]).toUpperCase()
    if (word === 'STORE' && i + 1 < args.length) found[1] = ++i
    else i += sortWords.get(word) ?? 0
  }
}

/** `migrateGetKeys` of Redis's db.c: one key, or an empty one and KEYS. */
function findMigrateKeys(args: readonly unknown[], found: number[]): void {
  if (args.length < 3) return
  for (let i = 5; i < args.length && args[2]?.toString() === ''; i++) {
    const word = String(args[i]).toUpperCase()
    if (word === 'KEYS') {
      for (let key = i + 1; key < args.length; key++) found.push(key)
      return
    }
    if (word === 'AUTH') i += 1
    else if (word === 'AUTH2') i += 2
  }
  found.push(2)
}

function isWord(arg: unknown, word: string): boolean {
  return String(arg).toUpperCase() === word
}
