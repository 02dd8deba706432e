export {
  type Address,
  DisredisError,
  type DisredisErrorOptions,
  formatAddress,
  isSameAddress,
  type Runtime,
  systemRuntime,
  type Timer,
  withoutArguments,
} from '@disredis/connection'
export type {
  FailoverTopology,
  SentinelTopology,
  ShardTopology,
  Topology,
} from './belief/topology.js'
export type { WatcherEvents } from './belief/watcher-events.js'
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
export { SENTINEL_CHANNEL, type SentinelMessage } from './link/sentinel-channel.js'
export type {
  SentinelDialer,
  SentinelLink,
  SentinelLinkListener,
} from './link/sentinel-link.js'
export type { SessionState } from './link/session-state.js'
export { type NatMap, translateAddress } from './protocol/read-address.js'
export type { SentinelReply } from './protocol/read-reply.js'
export type { SentinelEvent } from './protocol/sentinel-event.js'
export type { ReplicaTopology } from './protocol/sentinel-report.js'
export { acquireWatcher, type WatcherLease } from './watch/acquire-watcher.js'
export { parseSentinels } from './watch/parse-sentinels.js'
export { SentinelWatcher } from './watch/sentinel-watcher.js'
export type { SentinelWatcherOptions } from './watch/watcher-options.js'
