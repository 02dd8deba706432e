import type { HashRing } from '@disredis/hash-ring'
import type { Command } from '../commands/command.js'
import type { Part } from './gathering.js'

interface KeyedPart extends Part {
  readonly args: unknown[]
  readonly positions: number[]
}

/**
 * The parts of a command whose arguments are keys (`step` 1), or keys each with a value (2).
 *
 * @param shards in the order of the ring's names
 */
export function partsByKey(
  { args }: Command,
  step: 1 | 2,
  ring: HashRing,
  shards: readonly Part['shard'][],
): Part[] {
  const byShard: (KeyedPart | undefined)[] = []
  const parts: KeyedPart[] = []
  for (let i = 0; i < args.length; i += step) {
    const index = ring.indexOf(args[i] as string | Buffer)
    let part = byShard[index]
    if (part === undefined) {
      part = { shard: shards[index]!, args: [], positions: [] }
      byShard[index] = part
      parts.push(part)
    }
    part.positions.push(i / step)
    part.args.push(args[i])
    if (step === 2) part.args.push(args[i + 1])
  }
  return parts
}

/** The whole command for each shard. */
export function partsForAll({ args }: Command, shards: readonly Part['shard'][]): Part[] {
  return shards.map((shard) => ({ shard, args: [...args], positions: undefined }))
}
