import { type Address, isSameAddress } from '@disredis/connection'
import type { ReplicaTopology } from '../protocol/sentinel-report.js'
import type { FailoverTopology, SentinelTopology, ShardTopology } from './topology.js'

type Compare<T> = (a: T, b: T) => boolean

/** By part: a part that is added is compared, or does not compile. */
type Parts<T> = { readonly [Part in keyof Required<T>]: Compare<T[Part]> }

const isIdentical = (a: unknown, b: unknown): boolean => a === b

const isSameReplica = ofParts<ReplicaTopology>({
  address: isSameAddress,
  flags: ofList(isIdentical),
  masterLinkUp: isIdentical,
  priority: isIdentical,
})

const isSameFailover = orNone(
  ofParts<FailoverTopology>({
    sentinel: ofParts<FailoverTopology['sentinel']>({ id: isIdentical, address: isSameAddress }),
    master: isSameAddress,
    replica: orNone<Address>(isSameAddress),
  }),
)

/** Whether nothing of a master is other than before. */
export const isSameShard = ofParts<ShardTopology>({
  name: isIdentical,
  master: isSameAddress,
  configEpoch: isIdentical,
  quorum: isIdentical,
  downAfter: isIdentical,
  flags: ofList(isIdentical),
  replicas: ofList(isSameReplica),
  failover: isSameFailover,
})

/** Whether the Sentinels are the same ones, in the same order. */
export const areSameSentinels = ofList(
  ofParts<SentinelTopology>({ address: isSameAddress, id: isIdentical, isConnected: isIdentical }),
)

function ofParts<T extends object>(parts: Parts<T>): Compare<T> {
  const names = Object.keys(parts) as (keyof T)[]
  return (a, b) => a === b || names.every((name) => parts[name](a[name], b[name]))
}

function orNone<T>(isSame: Compare<T>): Compare<T | undefined> {
  return (a, b) => a === b || (a !== undefined && b !== undefined && isSame(a, b))
}

function ofList<T>(isSame: Compare<T>): Compare<readonly T[]> {
  return (a, b) =>
    a === b || (a.length === b.length && a.every((one, index) => isSame(one, b[index]!)))
}
