import type { Contender } from '../contenders/contender.js'
import { contenders } from '../contenders/registry.js'
import type { JobSpec } from '../jobs/job.js'
import type { Mode, ParticipantSpec } from './case.js'

/** Enough to see where ours stands; what quick runs of the smaller suites use. */
const essential = new Set(['disredis', 'ioredis', 'node-redis', 'hand-sharded', 'raw-sockets'])

/** The contenders of a suite that need not show every peer in a quick run. */
export function contendersFor(mode: Mode): readonly Contender[] {
  return mode === 'full' ? contenders : contenders.filter(({ id }) => essential.has(id))
}

/** The same job for each contender; one that cannot shard gets one master and says so. */
export function participantsOf(
  chosen: readonly Contender[],
  shards: number,
  jobOf: (contender: string, shards: number) => JobSpec,
): ParticipantSpec[] {
  return chosen.map((contender) => {
    const ownShards = contender.placement === 'sharded' ? shards : 1
    return {
      id: contender.id,
      label: contender.label,
      role: contender.role,
      placement: placementOf(contender, ownShards),
      job: jobOf(contender.id, ownShards),
    }
  })
}

/** The sharded contenders once for each number of shards, and the plain ones once. */
export function participantsByShards(
  chosen: readonly Contender[],
  shardCounts: readonly number[],
  jobOf: (contender: string, shards: number) => JobSpec,
): ParticipantSpec[] {
  return chosen.flatMap((contender) => {
    if (contender.placement === 'one master') return participantsOf([contender], 1, jobOf)
    return shardCounts.map((shards) => ({
      id: `${contender.id}@${shards}`,
      label: contender.label,
      role: contender.role,
      placement: placementOf(contender, shards),
      job: jobOf(contender.id, shards),
    }))
  })
}

function placementOf(contender: Contender, shards: number): string {
  if (contender.placement === 'one master') return 'one master'
  return shards === 1 ? '1 shard' : `${shards} shards`
}
