/**
 * Where a shard stands.
 *
 * - `connecting`: no master was reached yet.
 * - `ready`: commands are written to the master.
 * - `gated`: Sentinel is failing over; writes are held until a promoted node proved its role, the
 *   failover was aborted, or the gate's time is over. Reads go on while the old master answers.
 * - `down`: the master was lost or cannot be reached; commands wait until their deadline.
 * - `closed`: final.
 */
export type ShardPhase = 'connecting' | 'ready' | 'gated' | 'down' | 'closed'

const transitions: Readonly<Record<ShardPhase, readonly ShardPhase[]>> = {
  connecting: ['ready', 'gated', 'down', 'closed'],
  ready: ['ready', 'gated', 'down', 'closed'],
  gated: ['ready', 'down', 'closed'],
  down: ['ready', 'gated', 'closed'],
  closed: [],
}

/** @throws Error for an illegal move, which is a defect of the shard */
export function checkMove(from: ShardPhase, to: ShardPhase): void {
  if (!transitions[from].includes(to)) throw new Error(`A shard cannot go from ${from} to ${to}.`)
}
