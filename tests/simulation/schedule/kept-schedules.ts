import type { Schedule } from './schedule.js'

/** A schedule that failed once, and must not any more. */
export interface KeptSchedule {
  /** The behaviour that it holds. */
  readonly title: string
  readonly schedule: Schedule
}

export const keptSchedules: readonly KeptSchedule[] = []
