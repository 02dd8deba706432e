export type { Address } from './address.js'
export { Fleet, type WaitForMasterOptions, type WaitOptions } from './fleet.js'
export { FleetError, type FleetErrorCode, type FleetErrorDetails } from './fleet-error.js'
export type { FleetNode, NodeRole } from './fleet-node.js'
export type {
  AddMasterOptions,
  BindAddress,
  FleetOptions,
  FleetTlsOptions,
} from './fleet-options.js'
export { startFleet } from './start-fleet.js'
export type { TlsFiles } from './tls-files.js'
