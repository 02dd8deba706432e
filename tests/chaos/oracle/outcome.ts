/** What the caller of a command was told. */
export const outcomes = {
  pending: 0,
  /** A reply came. */
  acked: 1,
  /** It may or may not have been executed. */
  unknown: 2,
  /** The client or the server says that it was not executed. */
  refused: 3,
} as const

export type Outcome = (typeof outcomes)[keyof typeof outcomes]

/** The class of an error, as it is counted: `OutcomeUnknownError`, `ReplyError OOM`, ... */
export function errorClass(error: unknown): string {
  if (!(error instanceof Error)) return 'no Error'
  if (error.name === 'ReplyError' || isNodeRedisReply(error)) {
    return `ReplyError ${error.message.split(' ')[0]}`
  }
  if (error.name !== 'Error') return error.name
  return 'code' in error ? `Error ${error.code}` : `"${error.message.slice(0, 40)}"`
}

/** What an error says of its command. Errors that do not say are taken as `unknown`. */
export function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof Error)) return outcomes.unknown
  if (error.name === 'ReplyError' || isNodeRedisReply(error)) return outcomes.refused
  if ('mayHaveExecuted' in error && error.mayHaveExecuted === false) return outcomes.refused
  return outcomes.unknown
}

function isNodeRedisReply(error: Error): boolean {
  return error.constructor.name === 'SimpleError' || error.constructor.name === 'BlobError'
}
