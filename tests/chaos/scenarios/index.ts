import type { Scenario } from '../scenario.js'
import { lifeScenarios } from './life.js'
import { machineScenarios } from './machines.js'
import { masterScenarios } from './masters.js'
import { nameScenarios } from './names.js'
import { networkScenarios } from './network.js'
import { plannedScenarios } from './planned.js'
import { replyScenarios } from './replies.js'
import { sentinelScenarios } from './sentinels.js'
import { tlsScenarios } from './tls.js'
import { volumeScenarios } from './volume.js'

/** Every scenario, by row of the fault matrix. */
export const scenarios: readonly Scenario[] = [
  ...masterScenarios,
  ...plannedScenarios,
  ...sentinelScenarios,
  ...networkScenarios,
  ...replyScenarios,
  ...lifeScenarios,
  ...nameScenarios,
  ...tlsScenarios,
  ...machineScenarios,
  ...volumeScenarios,
].sort((a, b) => (a.fault || 1000) - (b.fault || 1000))

/** @throws Error that names those there are */
export function findScenario(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id)
  if (found !== undefined) return found
  throw new Error(
    `There is no scenario ${id}; there are ${scenarios.map((one) => one.id).join(', ')}`,
  )
}
