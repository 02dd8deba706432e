import { cachedContenders } from '../contenders/cached-registry.js'
import type { JobSpec } from '../jobs/job.js'
import type { CaseSpec, Mode, ParticipantSpec, Suite } from './case.js'

type Measure = Extract<JobSpec, { kind: 'cache' }>['measure']

const shards = 3

/** The ids of this suite's cases; the goals refer to them. */
export const cacheCase = {
  hit: 'cache-hit',
  hashHit: 'cache-hit-hash',
  reads: (hitPercent: number, callers = 50, valueBytes = 100) =>
    `cache-${hitPercent}-${valueBytes}b-c${callers}`,
} as const

/** Reads that a cache in the process answers, and those that it cannot. */
export const cache: Suite = {
  name: 'cache',
  description: 'near caches: a hit, and 0, 50, 90 and 99 % hits while others write',
  cases: (mode: Mode) => [
    hitCase(cacheCase.hit, 'hits', 'A hit: GET of 100 B'),
    hitCase(cacheCase.hashHit, 'hash-hits', 'A hit: HGETALL of 20 fields'),
    readsCase(0, 1, 100),
    ...[0, 50, 90, 99].map((percent) => readsCase(percent, 50, 100)),
    ...(mode === 'full' ? [readsCase(90, 50, 1024), readsCase(90, 500, 100)] : []),
  ],
}

function hitCase(id: string, measure: Measure, title: string): CaseSpec {
  return {
    ...common(id, title, 'Near caches: ns for a hit'),
    group: title,
    columns: ['hitNanoseconds'],
    reference: 'disredis-cached',
    participants: participants(measure, { callers: 1, valueBytes: 100, hitPercent: 100 }),
  }
}

function readsCase(hitPercent: number, callers: number, valueBytes: number): CaseSpec {
  const title = `Near caches: ${hitPercent} % hits, ${valueBytes} B, C=${callers}, hot keys written by others`
  return {
    ...common(cacheCase.reads(hitPercent, callers, valueBytes), title, 'Near caches: reads'),
    group: `${hitPercent} %, C=${callers}`,
    columns: ['operationsPerSecond', 'cpuMicroseconds', 'p50Microseconds', 'staleReads'],
    reference: 'disredis',
    participants: participants('reads', { callers, valueBytes, hitPercent }),
  }
}

function common(id: string, title: string, figure: string) {
  return { id, suite: 'cache', title, figure, masters: shards, isFreshEachRound: false } as const
}

function participants(
  measure: Measure,
  reads: { readonly callers: number; readonly valueBytes: number; readonly hitPercent: number },
): ParticipantSpec[] {
  return cachedContenders
    .filter(({ id }) => measure === 'reads' || id !== 'disredis')
    .filter(({ id }) => measure !== 'hash-hits' || id !== 'valkey-glide-cached')
    .map(({ id, label, role, placement }) => {
      const ownShards = placement === 'sharded' ? shards : 1
      return {
        id,
        label,
        role,
        placement: ownShards === 1 ? 'one master' : `${ownShards} shards`,
        job: { kind: 'cache', contender: id, shards: ownShards, measure, ...reads },
      }
    })
}
