import { createRing, type HashRing } from '@disredis/hash-ring'
import { InvalidOptionError } from '@disredis/sentinel'
import type { ResolvedOptions } from './disredis-options.js'

/**
 * The ring of a client: over all masters alike, by the weights of the option `ring`, or that very ring.
 *
 * @throws InvalidOptionError if the option is over other names than those of the masters
 */
export function makeRing(given: ResolvedOptions['ring'], names: readonly string[]): HashRing {
  if (given === undefined) return createRing(names)
  if (isRing(given)) {
    checkNames('ring', given.names, names)
    return given
  }
  checkNames('ring', Object.keys(given), names)
  return createRing(given)
}

function isRing(ring: Readonly<Record<string, number>> | HashRing): ring is HashRing {
  return typeof (ring as HashRing).indexOf === 'function'
}

function checkNames(option: string, given: readonly string[], masters: readonly string[]): void {
  const isEqual = given.length === masters.length && masters.every((name) => given.includes(name))
  if (isEqual) return
  throw new InvalidOptionError(
    `\`${option}\` names ${[...given].sort().join(', ')}, but the masters are ${[...masters].sort().join(', ')}`,
  )
}
