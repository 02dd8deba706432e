import type { ClientPlan } from '../workload/client-plan.js'
import type { WorldPlan } from '../world/world-plan.js'
import type { Fault } from './fault.js'

/** A whole run as data: a seed makes one, shrinking makes smaller ones of it. */
export interface Schedule {
  readonly seed: number
  /**
   * `planned`: planned failovers only, and nothing may be lost. `mixed`: anything, and what may be lost
   * depends on what was done.
   */
  readonly kind: 'planned' | 'mixed'
  readonly plan: WorldPlan
  /** ms in which calls are made and faults begin; then all is put right. */
  readonly duration: number
  readonly clients: readonly ClientPlan[]
  readonly faults: readonly Fault[]
}
