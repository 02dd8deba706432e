import { MastersDisagreeError, UnknownMasterError } from '../errors.js'

/**
 * The set of masters, sorted: `wanted` if given, else the one that more than half of the Sentinels
 * that answered report. `reports` has the names that each watches, by the Sentinel's `host:port`.
 *
 * @throws UnknownMasterError if nobody watches one of `wanted`, or anything
 * @throws MastersDisagreeError if no set has a majority
 */
export function decideMasters(
  wanted: readonly string[] | undefined,
  reports: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const sorted = new Map([...reports].map(([from, names]) => [from, [...names].sort()]))
  const known = [...new Set([...sorted.values()].flat())].sort()
  if (wanted !== undefined) {
    const unknown = wanted.filter((name) => !known.includes(name))
    if (unknown.length > 0) throw new UnknownMasterError(unknown, known)
    return Object.freeze([...wanted].sort())
  }
  if (known.length === 0) throw new UnknownMasterError([], [])
  const votes = new Map<string, number>()
  for (const names of sorted.values()) {
    const key = JSON.stringify(names)
    votes.set(key, (votes.get(key) ?? 0) + 1)
  }
  for (const [key, count] of votes) {
    if (count * 2 > reports.size) return Object.freeze(JSON.parse(key) as string[])
  }
  throw new MastersDisagreeError(sorted)
}
