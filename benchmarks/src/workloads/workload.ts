import type { Round } from '../measure/round.js'

/** A closed loop over one client: every caller waits for its reply before it asks again. */
export interface Workload {
  readonly callers: number
  /** Writes the keys that the callers read. */
  prepare(): Promise<void>
  /**
   * Asks and checks replies until the round ends.
   * @throws {WrongReplyError} at the first reply that is not what this caller wrote.
   */
  runCaller(caller: number, round: Round): Promise<void>
  /** Checks after the round, outside its time, what no reply in the round could show. */
  verify(): Promise<void>
}

/** Which workload to run, as sent to the contender's process. */
export type WorkloadSpec =
  | { readonly kind: 'get-set'; readonly callers: number; readonly valueBytes: number }
  | { readonly kind: 'mget'; readonly callers: number; readonly keys: number }
  | { readonly kind: 'mset'; readonly callers: number; readonly keys: number }
  | { readonly kind: 'pipeline'; readonly callers: number; readonly commands: number }
  | { readonly kind: 'session'; readonly callers: number }

/** A client gave a reply that contradicts what was written. Never carries values. */
export class WrongReplyError extends Error {
  override readonly name = 'WrongReplyError'

  constructor(command: string, key: string, reply: unknown) {
    super(`${command} ${key} was answered ${describe(reply)}`)
  }
}

function describe(reply: unknown): string {
  if (reply === null || reply === undefined) return String(reply)
  if (typeof reply !== 'string') return `a ${typeof reply}: ${String(reply).slice(0, 40)}`
  return reply.length > 40 ? `${reply.length} characters that were not written` : `"${reply}"`
}
