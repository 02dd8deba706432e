import type { Check } from './check.js'
import { addressChecks } from './checks/addresses.js'
import { agreementChecks } from './checks/agreement.js'
import { configurationChecks } from './checks/configuration.js'
import { durabilityChecks } from './checks/durability.js'
import { layoutChecks } from './checks/layout.js'
import { majorityChecks } from './checks/majority.js'
import { placementChecks } from './checks/placement.js'
import { securityChecks } from './checks/security.js'
import { sentinelChecks } from './checks/sentinels.js'
import { timingChecks } from './checks/timing.js'
import { tlsChecks } from './checks/tls.js'

/** Every check, in the order in which findings of one severity are told. */
export const checks: readonly Check[] = [
  ...sentinelChecks,
  ...layoutChecks,
  ...majorityChecks,
  ...agreementChecks,
  ...placementChecks,
  ...addressChecks,
  ...durabilityChecks,
  ...timingChecks,
  ...tlsChecks,
  ...securityChecks,
  ...configurationChecks,
]
