export { DIAL_CHANNEL, type DialMessage } from '@disredis/connection'
export {
  type Address,
  ClosedError,
  DisredisError,
  InvalidAddressError,
  InvalidOptionError,
  MastersDisagreeError,
  NotASentinelError,
  SENTINEL_CHANNEL,
  SentinelAuthError,
  SentinelConnectionError,
  type SentinelEvent,
  type SentinelMessage,
  SentinelsUnreachableError,
  SentinelTlsError,
  type Topology,
  UnknownMasterError,
} from '@disredis/sentinel'
export { CACHE_CHANNEL, type CacheMessage } from './cache/cache-channel.js'
export type { CacheHealth, ShardCacheHealth } from './cache/cache-health.js'
export { CachedHandle } from './cache/cached-handle.js'
export {
  COMMAND_CHANNEL,
  COMMAND_START_CHANNEL,
  type CommandMessage,
} from './commands/command-channel.js'
export type { Durability } from './commands/durable-group.js'
export type { ScriptDefinition } from './commands/script-command.js'
export type { Credentials } from './connection/ask-credentials.js'
export { type CachedOptions, type CallOptions, type CloseOptions, Disredis } from './disredis.js'
export * from './errors.js'
export type { BatchResult } from './handles/command-batch.js'
export { CommandHandle } from './handles/command-handle.js'
export { Pipeline } from './handles/pipeline.js'
export { Transaction } from './handles/transaction.js'
export type { CacheOptions, DisredisOptions } from './options/disredis-options.js'
export { type Placement, placementOf } from './placement/placement.js'
export { PLACEMENT_CHANNEL, type PlacementMessage } from './placement/placement-channel.js'
export type { PlacementHealth } from './placement/placement-health.js'
export {
  comparePlacement,
  type PlacementReading,
} from './placement/placement-reading.js'
export {
  type PlacementRecord,
  type PlacementRecordReading,
  placementRings,
  placementsRequest,
  readPlacement,
  removePlacementRequest,
} from './placement/placement-record.js'
export { QUEUE_CHANNEL, type QueueMessage } from './queueing/queue-channel.js'
export type { Explanation } from './routing/explanation.js'
export type { DisredisEvents } from './run/client-events.js'
export type { DisredisStatus } from './run/client-run.js'
export { type ClientEventMessage, EVENT_CHANNEL } from './run/event-channel.js'
export type { Health } from './run/health.js'
export type { HealthWarning } from './run/health-warnings.js'
export { GATE_CHANNEL, type GateMessage } from './shard/gate-channel.js'
export { RETRY_CHANNEL, type RetryMessage } from './shard/retry-channel.js'
export type { LastFailover, ShardHealth } from './shard/shard-health.js'
export type { ShardPhase } from './shard/shard-phase.js'
export { SWAP_CHANNEL, type SwapMessage } from './shard/swap-channel.js'
