/** The user asked for something that the demo cannot do; the message says what it takes. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
