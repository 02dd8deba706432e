/**
 * `suspended`: the same Sentinel is connected through another session. `backoff`: for the next attempt.
 */
export type SessionState =
  | 'idle'
  | 'connecting'
  | 'identifying'
  | 'connected'
  | 'backoff'
  | 'suspended'
  | 'closed'

const moves: Record<SessionState, readonly SessionState[]> = {
  idle: ['connecting', 'closed'],
  connecting: ['identifying', 'backoff', 'suspended', 'closed'],
  identifying: ['connected', 'backoff', 'suspended', 'closed'],
  connected: ['backoff', 'closed'],
  backoff: ['connecting', 'suspended', 'closed'],
  suspended: ['connecting', 'closed'],
  closed: [],
}

/** @throws Error for a move that the table does not have: a mistake of ours */
export function checkMove(from: SessionState, to: SessionState): void {
  if (!moves[from].includes(to)) {
    throw new Error(`A Sentinel session cannot go from ${from} to ${to}`)
  }
}
