import { SessionDurabilityError, SessionStoreError, SessionUnavailableError } from './errors.js'

/** Redis's own error replies begin with a code in capitals. */
const REPLY = /^[A-Z]{2,}( |$)/

/** What the store rejects with for whatever a client rejected with. */
export function toStoreError(error: unknown): SessionStoreError {
  if (error instanceof SessionStoreError) return error
  const cause = redact(error)
  const { retryable, mayHaveExecuted, message } = (cause ?? {}) as {
    retryable?: unknown
    mayHaveExecuted?: unknown
    message?: unknown
  }
  if (isNotDurable(error)) {
    const text =
      'Fewer replicas than asked for acknowledged the write; it may be lost in a failover'
    return new SessionDurabilityError(text, { cause, mayHaveExecuted: true })
  }
  const isReply = typeof message === 'string' && REPLY.test(message)
  return new SessionUnavailableError(
    isReply
      ? 'Redis refused the operation; see the cause'
      : 'Redis could not be reached; see the cause',
    {
      cause,
      retryable: retryable === true || !isReply,
      mayHaveExecuted: mayHaveExecuted === true || (mayHaveExecuted !== false && !isReply),
    },
  )
}

/** The write was made, but not acknowledged by enough replicas: what to do is the caller's decision. */
export function isNotDurable(error: unknown): boolean {
  if (error instanceof SessionDurabilityError) return true
  // Clients may come from another copy of the package: the code is what is stable.
  return (error as { code?: unknown } | null)?.code === 'DISREDIS_DURABILITY'
}

/** Errors of ioredis carry the command with its arguments: session data, which no log should have. */
function redact(error: unknown): unknown {
  if (!(error instanceof Error) || !('command' in error)) return error
  const copy = new Error(error.message)
  copy.name = error.name
  if (error.stack !== undefined) copy.stack = error.stack
  return copy
}
