import type { MasterInstance, ReplicaInstance } from './instances.js'

/** ms. */
const longestSilence = 5000

/** The replica to be promoted: the first by priority, offset and run id of those in a fit state. */
export function selectReplica(master: MasterInstance, now: number): ReplicaInstance | undefined {
  const linkDownLimit =
    (master.isSubjectivelyDown ? now - master.subjectivelyDownSince : 0) + master.downAfter * 10
  const infoLimit = master.isSubjectivelyDown ? 5000 : 30_000
  const isFit = (replica: ReplicaInstance) =>
    !replica.isSubjectivelyDown &&
    !replica.link.isDisconnected &&
    now - replica.link.lastAvailable <= longestSilence &&
    replica.priority !== 0 &&
    now - replica.infoRefresh <= infoLimit &&
    replica.linkDownTime <= linkDownLimit
  return [...master.replicas.values()].filter(isFit).sort(inOrderOfPromotion)[0]
}

function inOrderOfPromotion(a: ReplicaInstance, b: ReplicaInstance): number {
  if (a.priority !== b.priority) return a.priority - b.priority
  if (a.offset !== b.offset) return b.offset - a.offset
  if (a.runId === b.runId) return 0
  if (a.runId === '') return 1
  if (b.runId === '') return -1
  return a.runId.toLowerCase() < b.runId.toLowerCase() ? -1 : 1
}
