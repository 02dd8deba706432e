import { channel } from 'node:diagnostics_channel'

/** Name of the `diagnostics_channel` on which every operation of every store is told. */
export const OPERATION_CHANNEL = 'disredis:session:operation'

export type SessionOperation =
  | 'get'
  | 'set'
  | 'touch'
  | 'destroy'
  | 'revokeUser'
  | 'listUserSessions'
  | 'endUserSession'
  | 'lock'
  | 'count'
  | 'clear'

/** One finished operation. Holds no ids and no data. */
export interface SessionOperationEvent {
  readonly operation: SessionOperation
  /** `hit` or `miss` of a get, the outcome of a write, `ok`, or `error`. */
  readonly outcome: string
  /** ms */
  readonly duration: number
  /** The error's stable code. */
  readonly errorCode: string | undefined
}

const operations = channel(OPERATION_CHANNEL)

/** Tells subscribers how an operation has ended. A subscriber's exception does not get here. */
export type OperationEnd = (outcome: string, errorCode?: string) => void

const UNSEEN: OperationEnd = () => {}

/** An operation begins. Without a subscriber that costs next to nothing. */
export function beginOperation(operation: SessionOperation): OperationEnd {
  if (!operations.hasSubscribers) return UNSEEN
  const start = performance.now()
  return (outcome, errorCode) => {
    const duration = performance.now() - start
    const event: SessionOperationEvent = { operation, outcome, duration, errorCode }
    operations.publish(event)
  }
}
