import { SessionConflictError } from '../errors.js'
import type { ConflictPolicy } from '../options/session-store-options.js'
import { CorruptPayloadError } from '../payload/corrupt-payload-error.js'
import { parseObject } from '../payload/safe-json.js'
import { mergeThreeWay } from './merge.js'

/** The three versions of a session that meet in a conflict, as JSON. */
export interface Conflict {
  /** What the writer began with; undefined: it saw nothing. */
  readonly base: string | undefined
  readonly mine: string
  readonly theirs: string
}

const NOTHING: ReadonlySet<string> = new Set()

/**
 * What to write now that someone else wrote in between, as JSON.
 *
 * @throws SessionConflictError if the policy forbids it.
 * @throws CorruptPayloadError if what the other one wrote cannot be read.
 */
export function resolveConflict(conflict: Conflict, policy: ConflictPolicy): string {
  if (policy === 'last-write') return conflict.mine
  if (policy === 'error') {
    throw conflictError('The session was written by someone else since it was loaded')
  }
  const parse = (text: string) => parseObject(text, NOTHING).value
  const base = conflict.base === undefined ? {} : parse(conflict.base)
  const theirs = parseTheirs(conflict.theirs)
  const { value, clashes } = mergeThreeWay(base, parse(conflict.mine), theirs)
  if (policy === 'retry' && clashes.length > 0) {
    throw conflictError('The same field of the session was changed by someone else')
  }
  return JSON.stringify(value)
}

/** A SyntaxError's message quotes the text: nobody is to see it. */
function parseTheirs(text: string): Record<string, unknown> {
  try {
    return parseObject(text, NOTHING).value
  } catch {
    throw new CorruptPayloadError('What the other request wrote is not a session')
  }
}

function conflictError(message: string): SessionConflictError {
  return new SessionConflictError(`${message}; load it and try again`, { retryable: true })
}
