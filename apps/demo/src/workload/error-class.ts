import { DisredisError } from '@disredis/client'
import type { Fate } from './page.js'

/** What the error of a write says of its fate. What Redis itself refused was not executed. */
export function fateOf(error: unknown): Fate {
  return error instanceof DisredisError && error.mayHaveExecuted ? 'unknown' : 'refused'
}

/** `OutcomeUnknownError`; for an error reply its first word: `ReplyError OOM`. */
export function errorClass(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if (error.name !== 'ReplyError') return error.name
  return `ReplyError ${error.message.split(' ')[0]}`
}
