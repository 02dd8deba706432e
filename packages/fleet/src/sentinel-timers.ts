import type { Settings } from './fleet-options.js'
import type { ServerBinary } from './server-binary.js'

/** Sentinel's own, ms: it pings so often, and dials a node that is gone no more often than that. */
const PING_PERIOD = 1_000

/**
 * Below five pings' time Sentinel takes what it knows of a replica for too old to promote it, and it
 * asks replicas of a master that is down once a second (`sentinelSelectSlave` in sentinel.c).
 */
const LEAST_PING_PERIOD = 250

/**
 * `SENTINEL DEBUG` arguments for a Sentinel, none if its own periods do.
 *
 * With a short `downAfter` they do not. A promoted master is dialled up to `ping-period` after the
 * last attempt on its dead predecessor, but counts as silent from the switch on. With both at a second
 * Sentinels now and then fail over again, to nobody's gain (seen in 2 of 72 failovers).
 */
export function sentinelTimers(
  { downAfter, sentinelTimers }: Pick<Settings, 'downAfter' | 'sentinelTimers'>,
  { flavour, major }: Pick<ServerBinary, 'flavour' | 'major'>,
): readonly (string | number)[] {
  const canBeSet = flavour === 'valkey' || major >= 7
  const pingPeriod = Math.max(LEAST_PING_PERIOD, Math.floor(downAfter / 2))
  const ours = canBeSet && pingPeriod < PING_PERIOD ? { 'ping-period': pingPeriod } : {}
  return Object.entries({ ...ours, ...sentinelTimers }).flat()
}
