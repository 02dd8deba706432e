export {
  type Address,
  ClosedError,
  DisredisError,
  InvalidAddressError,
  InvalidOptionError,
  MastersDisagreeError,
  NotASentinelError,
  SentinelAuthError,
  SentinelConnectionError,
  SentinelsUnreachableError,
  SentinelTlsError,
  type Topology,
  UnknownMasterError,
} from '@disredis/sentinel'
export type { DisredisEvents } from './client-events.js'
export type { DisredisStatus } from './client-run.js'
export type { BatchResult } from './command-batch.js'
export { CommandHandle } from './command-handle.js'
export type { Durability } from './commands/durable-group.js'
export type { ScriptDefinition } from './commands/script-command.js'
export type { Credentials } from './connection/dial-master.js'
export { type CallOptions, type CloseOptions, Disredis } from './disredis.js'
export * from './errors.js'
export type { Explanation } from './explanation.js'
export type { Health } from './health.js'
export type { DisredisOptions } from './options.js'
export { Pipeline } from './pipeline.js'
export type { LastFailover, ShardHealth } from './shard/shard-health.js'
export type { ShardPhase } from './shard/shard-phase.js'
export { Transaction } from './transaction.js'
