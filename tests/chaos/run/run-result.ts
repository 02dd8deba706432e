import type { SubjectName } from '../subjects/subject.js'

/** What one run of one scenario came to. */
export interface RunResult {
  readonly scenario: string
  readonly subject: SubjectName
  readonly seed: number
  /** Why it could not be run here. */
  readonly skipped?: string
  /** Everything that must not have happened. Of peers nothing is demanded: theirs are notes. */
  readonly violations: readonly string[]
  readonly figures: Readonly<Record<string, number>>
  /** Errors that callers got, by class, over all shards. */
  readonly errors: Readonly<Record<string, number>>
  /** What happened. Files keep it of runs with violations only. */
  readonly journal?: readonly string[]
}
