export type { Address } from '@disredis/connection'
export { findRedisServer } from './find-redis-server.js'
export type { Fleet, WaitForMasterOptions, WaitOptions } from './fleet.js'
export { FleetError, type FleetErrorCode, type FleetErrorDetails } from './fleet-error.js'
export type { FleetNode } from './fleet-node.js'
export type {
  AddMasterOptions,
  BindAddress,
  FleetOptions,
  FleetTlsOptions,
} from './fleet-options.js'
export {
  ensureRedisServer,
  type InstallOptions,
  installRedisServer,
} from './install-redis-server.js'
export type { NodeRole } from './node-launch.js'
export type { ServerBinary } from './server-binary.js'
export { startFleet } from './start-fleet.js'
export { createTlsFiles, type TlsFiles, type TlsFilesOptions } from './tls-files.js'
