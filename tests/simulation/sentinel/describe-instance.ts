import { serverName } from '../node/server-messages.js'
import { MapReply, type Reply } from '../resp/reply.js'
import type { Instance, MasterInstance, PeerInstance, ReplicaInstance } from './instances.js'

/** Names and values in turn. */
type Fields = string[]

export function describeMaster(master: MasterInstance, now: number): Reply {
  const fields = common(master.name, master.runId, master, master, now)
  add(fields, 'info-refresh', age(master.infoRefresh, now))
  fields.push('role-reported', master.roleReported)
  add(fields, 'role-reported-time', now - master.roleReportedAt)
  add(fields, 'config-epoch', master.configEpoch)
  add(fields, 'num-slaves', master.replicas.size)
  add(fields, 'num-other-sentinels', master.peers.size)
  add(fields, 'quorum', master.quorum)
  add(fields, 'failover-timeout', master.failoverTimeout)
  add(fields, 'parallel-syncs', master.parallelSyncs)
  return new MapReply(fields)
}

export function describeReplica(
  replica: ReplicaInstance,
  master: MasterInstance,
  now: number,
): Reply {
  const fields = common(serverName(replica.address), replica.runId, replica, master, now)
  add(fields, 'info-refresh', age(replica.infoRefresh, now))
  fields.push('role-reported', replica.roleReported)
  add(fields, 'role-reported-time', now - replica.roleReportedAt)
  add(fields, 'master-link-down-time', replica.linkDownTime)
  fields.push('master-link-status', replica.isLinkUp ? 'ok' : 'err')
  fields.push('master-host', replica.masterReported?.host ?? '?')
  add(fields, 'master-port', replica.masterReported?.port ?? 0)
  add(fields, 'slave-priority', replica.priority)
  add(fields, 'slave-repl-offset', replica.offset)
  fields.push('replica-announced', '1')
  return new MapReply(fields)
}

export function describePeer(peer: PeerInstance, master: MasterInstance, now: number): Reply {
  const fields = common(peer.id, peer.id, peer, master, now)
  add(fields, 'last-hello-message', now - peer.lastHello)
  fields.push('voted-leader', peer.leader === '' ? '?' : peer.leader)
  add(fields, 'voted-leader-epoch', peer.leaderEpoch)
  return new MapReply(fields)
}

function common(
  name: string,
  runId: string,
  instance: Instance,
  master: MasterInstance,
  now: number,
): Fields {
  const { address, link } = instance
  const fields: Fields = ['name', name, 'ip', address.host]
  add(fields, 'port', address.port)
  fields.push('runid', runId, 'flags', flagsOf(instance))
  add(fields, 'link-pending-commands', link.pending)
  add(fields, 'link-refcount', link.references)
  if (instance.kind === 'master' && instance.isFailingOver) {
    fields.push('failover-state', instance.failoverState)
  }
  add(fields, 'last-ping-sent', age(link.pingPendingSince, now))
  add(fields, 'last-ok-ping-reply', now - link.lastAvailable)
  add(fields, 'last-ping-reply', now - link.lastPong)
  if (instance.isSubjectivelyDown) {
    add(fields, 's-down-time', now - instance.subjectivelyDownSince)
  }
  if (instance.kind === 'master' && instance.isObjectivelyDown) {
    add(fields, 'o-down-time', now - instance.objectivelyDownSince)
  }
  add(fields, 'down-after-milliseconds', master.downAfter)
  return fields
}

/** Times are told in whole ms. */
function add(fields: Fields, name: string, value: number): void {
  fields.push(name, String(Math.trunc(value)))
}

function flagsOf(instance: Instance): string {
  const flags: string[] = []
  if (instance.isSubjectivelyDown) flags.push('s_down')
  if (instance.kind === 'master' && instance.isObjectivelyDown) flags.push('o_down')
  flags.push(instance.kind)
  if (instance.link.isDisconnected) flags.push('disconnected')
  if (instance.kind === 'sentinel' && instance.saysDown) flags.push('master_down')
  if (instance.kind === 'master' && instance.isFailingOver) flags.push('failover_in_progress')
  if (instance.kind === 'slave') {
    if (instance.isPromoted) flags.push('promoted')
    if (instance.reconf !== 'none') flags.push(`reconf_${instance.reconf}`)
  }
  if (instance.kind === 'master' && instance.isForced) flags.push('force_failover')
  if (instance.kind === 'master' && instance.isCoordinated) flags.push('coordinated_failover')
  if (instance.kind !== 'sentinel' && instance.isScriptKillSent) flags.push('script_kill_sent')
  return flags.join(',')
}

function age(at: number, now: number): number {
  return at === 0 ? 0 : now - at
}
