/** A change of one place of the product that makes it wrong. */
export interface Mutation {
  readonly name: string
  /** What it breaks. */
  readonly what: string
  readonly package: 'client' | 'sentinel' | 'connection'
  /** In the package's `src`. */
  readonly file: string
  /** Stands there exactly once. */
  readonly find: string
  readonly replace: string
  /** Seeds within which it has to be found. */
  readonly within: number
}
