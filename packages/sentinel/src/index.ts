export { acquireWatcher, type WatcherLease } from './acquire-watcher.js'
export { type Address, formatAddress, isSameAddress } from './address.js'
export { DisredisError, type DisredisErrorOptions } from './disredis-error.js'
export {
  ClosedError,
  InvalidAddressError,
  InvalidOptionError,
  MastersDisagreeError,
  NotASentinelError,
  SentinelAuthError,
  SentinelConnectionError,
  SentinelReplyError,
  SentinelsUnreachableError,
  SentinelTimeoutError,
  SentinelTlsError,
  UnknownMasterError,
} from './errors.js'
export { parseSentinels } from './parse-sentinels.js'
export { type Runtime, systemRuntime, type Timer } from './runtime.js'
export type {
  SentinelDialer,
  SentinelLink,
  SentinelLinkListener,
  SentinelReply,
} from './sentinel-link.js'
export { SentinelWatcher } from './sentinel-watcher.js'
export type {
  FailoverTopology,
  ReplicaTopology,
  SentinelTopology,
  ShardTopology,
  Topology,
} from './topology.js'
export type { WatcherEvents } from './watcher-events.js'
export type { NatMap, SentinelWatcherOptions } from './watcher-options.js'
export { withoutArguments } from './without-arguments.js'
