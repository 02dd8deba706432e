import { ErrorReply } from '../resp/reply.js'
import type { ClientSession } from './client-session.js'
import type { NodeContext } from './node-context.js'

/** What decides whether a command is refused. */
export interface RefusalFacts {
  readonly isWrite: boolean
  /** It is of no use before the data is there. */
  readonly needsData: boolean
  /** It concerns the connection: a busy server takes it, too. */
  readonly isControl: boolean
  readonly isPing?: boolean
  readonly isExec?: boolean
  /** It goes to the replicas although it is no write: a pause holds it. */
  readonly mayReplicate?: boolean
}

const readOnly = new ErrorReply("READONLY You can't write against a read only replica.")
const noReplicas = new ErrorReply('NOREPLICAS Not enough good replicas to write.')
const noAuth = new ErrorReply('NOAUTH Authentication required.')
const misconf = new ErrorReply(
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
)

/** Why a command is not executed, in the order in which the server looks; undefined if it is. */
export function refusalOf(
  node: NodeContext,
  session: ClientSession,
  facts: RefusalFacts,
): ErrorReply | undefined {
  const { options } = node
  const product = options.isValkey ? 'Valkey' : 'Redis'
  if (!session.isAuthenticated && !facts.isControl) return noAuth
  const isReplica = node.link !== undefined
  if (node.isDiskFull && !isReplica && (facts.isWrite || facts.isPing === true)) return misconf
  if (
    facts.isWrite &&
    !isReplica &&
    options.minReplicasToWrite > 0 &&
    node.source.good(options.minReplicasMaxLag) < options.minReplicasToWrite
  ) {
    return noReplicas
  }
  if (facts.isWrite && isReplica) return readOnly
  if (facts.needsData && isReplica && !options.servesStaleData && !node.link!.isConnected) {
    return new ErrorReply(
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    )
  }
  if (facts.needsData && node.isLoading) {
    return new ErrorReply(`LOADING ${product} is loading the dataset in memory`)
  }
  if (node.isBusy && !facts.isControl) {
    return new ErrorReply(
      `BUSY ${product} is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.`,
    )
  }
  return undefined
}
