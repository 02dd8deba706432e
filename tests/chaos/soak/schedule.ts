import { Random, seedOf } from '../random.js'

/** Faults that strike one shard, in the words of the table in `faults.ts`. */
export const shardFaults = [
  'kill the master',
  'pause the master',
  'kill a replica',
  'pause a replica',
  'fail over',
  'make the master sleep',
  'cut the links',
  'lose the replies',
  'half-open links',
  'slow links',
  'one byte a packet',
  'reset in mid-reply',
  'garbage',
  'truncated replies',
] as const

/** Faults that concern no shard in particular: callers must not notice them. */
export const sharedFaults = [
  'kill a Sentinel',
  'pause a Sentinel',
  'cut a Sentinel off',
  'half-open links to all Sentinels',
  'stall the event loop',
  'jump the clock',
] as const

export type FaultName = (typeof shardFaults)[number] | (typeof sharedFaults)[number]

export interface PlannedFault {
  readonly name: FaultName
  /** Undefined for shared faults. */
  readonly shard: string | undefined
  /** Which replica or Sentinel, where there are several; counted from 1. */
  readonly number: number
  /** ms after the start of the round. */
  readonly at: number
  /** ms until it is healed. */
  readonly lasts: number
}

/** The faults of a round, by time. The same seed and round give the same. */
export function scheduleOf(seed: number, round: number, shards: readonly string[]): PlannedFault[] {
  const random = new Random(seedOf(seed, round))
  const faults: PlannedFault[] = Array.from({ length: random.between(1, 4) }, () => {
    const isShared = random.next() < 0.3
    return {
      name: random.pick<FaultName>(isShared ? sharedFaults : shardFaults),
      shard: isShared ? undefined : random.pick(shards),
      number: random.between(1, 3),
      at: random.between(0, 3_000),
      lasts: random.between(200, 4_000),
    }
  })
  return faults.sort((a, b) => a.at - b.at)
}

export function describeFault({ name, shard, number, at, lasts }: PlannedFault): string {
  const where = shard === undefined ? `number ${number}` : `on ${shard}, number ${number}`
  return `${name} (${where}) at ${at} ms for ${lasts} ms`
}
