import { type Placement, placementOf } from '@disredis/client'
import { createRing } from '@disredis/hash-ring'
import { UsageError } from '../cli-error.js'
import type { Deployment } from '../connection/access.js'

/** The clients' own default. */
const defaultRingName = 'default'

export function ringNameOf({ ringName }: Pick<Deployment, 'ringName'>): string {
  return ringName ?? defaultRingName
}

/**
 * The placement of clients with the masters, weights and ring name that were given.
 *
 * @param names of the shards
 * @throws UsageError if `--weights` is over other names
 */
export function expectedPlacement(deployment: Deployment, names: readonly string[]): Placement {
  const { weights } = deployment
  const ring = createRing(checkedWeights(weights, names) ?? names)
  return placementOf(ringNameOf(deployment), ring, weights)
}

/** @throws UsageError if they are over other names than those of the shards */
export function checkedWeights(
  weights: Deployment['weights'],
  names: readonly string[],
): Deployment['weights'] {
  if (weights === undefined) return undefined
  const unweighted = names.filter((name) => !Object.hasOwn(weights, name))
  if (unweighted.length > 0) {
    throw new UsageError(`--weights has no weight for ${unweighted.join(', ')}`)
  }
  const unknown = Object.keys(weights).filter((name) => !names.includes(name))
  if (unknown.length > 0) {
    throw new UsageError(
      `--weights names ${unknown.join(', ')}, which is not a shard of these clients`,
    )
  }
  return weights
}
