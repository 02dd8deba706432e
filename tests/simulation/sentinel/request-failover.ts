import { ErrorReply, ok, type Reply } from '../resp/reply.js'
import type { Election } from './election.js'
import type { FailoverSteps } from './failover-steps.js'
import type { MasterInstance } from './instances.js'
import { selectReplica } from './select-replica.js'
import type { SentinelContext } from './sentinel-context.js'

export interface FailoverRequestContext extends SentinelContext {
  readonly election: Election
  readonly steps: FailoverSteps
}

/** `SENTINEL FAILOVER name [COORDINATED]`. */
export function requestFailover(
  sentinel: FailoverRequestContext,
  master: MasterInstance,
  option: string | undefined,
): Reply {
  const { isValkey } = sentinel.surroundings
  const isCoordinated = option === 'COORDINATED' && isValkey
  if (option !== undefined && !isCoordinated) {
    return new ErrorReply('ERR Unknown failover option specified')
  }
  if (master.isFailingOver) return new ErrorReply('INPROG Failover already in progress')
  if (selectReplica(master, sentinel.now) === undefined) {
    return new ErrorReply('NOGOODSLAVE No suitable replica to promote')
  }
  if (isCoordinated && !master.supportsFailover) {
    return new ErrorReply('NOGOODPRIMARY Primary does not support FAILOVER command')
  }
  sentinel.steps.start(master)
  master.isForced = !isCoordinated
  master.isCoordinated = isCoordinated
  // Valkey marks the master down for a moment, to be allowed to ask for votes.
  if (isValkey) master.isSubjectivelyDown = true
  if (isCoordinated) sentinel.election.ask(master, true)
  return ok
}
