import { serverName } from '../node/server-messages.js'
import { MapReply, type Reply } from '../resp/reply.js'
import type { Instance, MasterInstance, PeerInstance, ReplicaInstance } from './instances.js'

type Pairs = [string, string | number][]

export function describeMaster(master: MasterInstance, now: number): Reply {
  return mapOf([
    ...common(master.name, master.runId, master, master, now),
    ['info-refresh', age(master.infoRefresh, now)],
    ['role-reported', master.roleReported],
    ['role-reported-time', now - master.roleReportedAt],
    ['config-epoch', master.configEpoch],
    ['num-slaves', master.replicas.size],
    ['num-other-sentinels', master.peers.size],
    ['quorum', master.quorum],
    ['failover-timeout', master.failoverTimeout],
    ['parallel-syncs', master.parallelSyncs],
  ])
}

export function describeReplica(
  replica: ReplicaInstance,
  master: MasterInstance,
  now: number,
): Reply {
  return mapOf([
    ...common(serverName(replica.address), replica.runId, replica, master, now),
    ['info-refresh', age(replica.infoRefresh, now)],
    ['role-reported', replica.roleReported],
    ['role-reported-time', now - replica.roleReportedAt],
    ['master-link-down-time', replica.linkDownTime],
    ['master-link-status', replica.isLinkUp ? 'ok' : 'err'],
    ['master-host', replica.masterReported?.host ?? '?'],
    ['master-port', replica.masterReported?.port ?? 0],
    ['slave-priority', replica.priority],
    ['slave-repl-offset', replica.offset],
    ['replica-announced', 1],
  ])
}

export function describePeer(peer: PeerInstance, master: MasterInstance, now: number): Reply {
  return mapOf([
    ...common(peer.id, peer.id, peer, master, now),
    ['last-hello-message', now - peer.lastHello],
    ['voted-leader', peer.leader === '' ? '?' : peer.leader],
    ['voted-leader-epoch', peer.leaderEpoch],
  ])
}

function common(
  name: string,
  runId: string,
  instance: Instance,
  master: MasterInstance,
  now: number,
): Pairs {
  const { address, link } = instance
  const pairs: Pairs = [
    ['name', name],
    ['ip', address.host],
    ['port', address.port],
    ['runid', runId],
    ['flags', flagsOf(instance)],
    ['link-pending-commands', link.pending],
    ['link-refcount', link.references],
  ]
  if (instance.kind === 'master' && instance.isFailingOver) {
    pairs.push(['failover-state', instance.failoverState])
  }
  pairs.push(
    ['last-ping-sent', link.pingPendingSince === 0 ? 0 : now - link.pingPendingSince],
    ['last-ok-ping-reply', now - link.lastAvailable],
    ['last-ping-reply', now - link.lastPong],
  )
  if (instance.isSubjectivelyDown) {
    pairs.push(['s-down-time', now - instance.subjectivelyDownSince])
  }
  if (instance.kind === 'master' && instance.isObjectivelyDown) {
    pairs.push(['o-down-time', now - instance.objectivelyDownSince])
  }
  pairs.push(['down-after-milliseconds', master.downAfter])
  return pairs
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

function mapOf(pairs: Pairs): Reply {
  return new MapReply(pairs.flatMap(([name, value]) => [name, textOf(value)]))
}

function textOf(value: string | number): string {
  return typeof value === 'number' ? String(Math.trunc(value)) : value
}

function age(at: number, now: number): number {
  return at === 0 ? 0 : now - at
}
