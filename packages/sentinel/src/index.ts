export { type Address, formatAddress, isSameAddress } from './address.js'
export { type Runtime, systemRuntime, type Timer } from './runtime.js'
export type {
  ReplicaTopology,
  SentinelTopology,
  ShardTopology,
  Topology,
} from './topology.js'
export type { WatcherEvents } from './watcher-events.js'
