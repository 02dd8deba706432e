import type { Finding } from '../doctor/check.js'

/** Findings with which a planned failover fails, or loses what it should not. */
const blocking: ReadonlySet<string> = new Set([
  'no-majority-now',
  'quorum-above-voters',
  'no-replica',
  'no-promotable-replica',
  'master-down',
  'node-hangs',
  'role-contradicts-sentinels',
  'replicates-from-elsewhere',
  'replication-link-down',
  'replica-lags',
  'masterauth-missing',
  'renamed-commands',
  'versions-cannot-replicate-back',
  'sentinels-disagree-on-address',
  'sentinel-cannot-reach-node',
  'foreign-sentinels',
  'unusable-address',
  'loopback-announced',
  'announced-address-unreachable',
  'failover-in-progress',
  'min-replicas-blocks-writes',
])

/** Those that speak against failing over this shard; `places` are its name and its addresses. */
export function whatBlocks(
  findings: readonly Finding[],
  places: readonly string[],
): readonly Finding[] {
  return findings.filter(
    ({ code, subject }) =>
      blocking.has(code) && subject.split(', ').some((place) => places.includes(place)),
  )
}
