/** A promise that was broken. */
export interface Violation {
  /** Stable: shrinking looks for the same kind. */
  readonly kind: string
  readonly at: number
  readonly what: string
}
