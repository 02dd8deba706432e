/**
 * `resting`: the same Sentinel is connected through another session. `waiting`: for the next attempt.
 */
export type SessionState =
  | 'idle'
  | 'dialing'
  | 'identifying'
  | 'live'
  | 'waiting'
  | 'resting'
  | 'closed'

const moves: Record<SessionState, readonly SessionState[]> = {
  idle: ['dialing', 'closed'],
  dialing: ['identifying', 'waiting', 'resting', 'closed'],
  identifying: ['live', 'waiting', 'resting', 'closed'],
  live: ['waiting', 'closed'],
  waiting: ['dialing', 'resting', 'closed'],
  resting: ['dialing', 'closed'],
  closed: [],
}

/** @throws Error for a move that the table does not have: a mistake of ours */
export function checkMove(from: SessionState, to: SessionState): void {
  if (!moves[from].includes(to)) {
    throw new Error(`A Sentinel session cannot go from ${from} to ${to}`)
  }
}
