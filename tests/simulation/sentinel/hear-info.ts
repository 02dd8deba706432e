import { type NodeInfo, sameServer, serverName } from '../node/server-messages.js'
import type { FailoverSteps } from './failover-steps.js'
import type { MasterInstance, ReplicaInstance } from './instances.js'
import type { SentinelContext } from './sentinel-context.js'

export interface InfoContext extends SentinelContext {
  readonly steps: FailoverSteps
}

/** Takes in what a node says of itself, and corrects its role where it contradicts the configuration. */
export function hearInfo(
  sentinel: InfoContext,
  instance: MasterInstance | ReplicaInstance,
  master: MasterInstance,
  info: NodeInfo,
): void {
  const { now } = sentinel
  if (instance.runId !== info.runId) {
    const isReboot = instance.runId !== ''
    instance.runId = info.runId
    if (isReboot) sentinel.event('+reboot', instance)
  }
  if (instance.kind === 'master') {
    instance.supportsFailover = info.supportsFailover
    for (const address of info.replicas) {
      if (master.replicas.has(serverName(address))) continue
      sentinel.addReplica(master, address)
      sentinel.save()
    }
  } else {
    instance.priority = info.priority
    instance.offset = info.offset
    instance.isLinkUp = info.role === 'slave' && info.linkUp
    instance.linkDownTime = info.role === 'slave' ? info.linkDownFor : 0
    if (!sameServer(instance.masterReported, info.master)) {
      instance.masterReported = info.master
      instance.masterChangedAt = now
    }
  }
  instance.infoRefresh = now
  if (instance.roleReported !== info.role) {
    instance.roleReported = info.role
    instance.roleReportedAt = now
    if (instance.kind === 'slave') instance.masterChangedAt = now
    const agrees = instance.kind === info.role
    const suffix = ` new reported role is ${info.role}`
    sentinel.event(agrees ? '+role-change' : '-role-change', instance, suffix)
  }
  if (sentinel.isTilted || instance.kind === 'master') return
  if (info.role === 'master') hearMaster(sentinel, instance, master)
  else hearReplica(sentinel, instance, master)
}

function hearMaster(sentinel: InfoContext, replica: ReplicaInstance, master: MasterInstance): void {
  const { now } = sentinel
  const isExpected =
    replica.isPromoted && master.isFailingOver && master.failoverState === 'wait_promotion'
  if (isExpected) {
    sentinel.steps.promoted(master, replica)
    return
  }
  const wait = sentinel.surroundings.times.helloPeriod * 4
  const isDue =
    !replica.isPromoted &&
    looksSane(sentinel, master) &&
    wasUpFor(sentinel, replica, wait) &&
    now - replica.roleReportedAt > wait
  if (!isDue) return
  if (replica.link.request({ kind: 'reconfigure', master: master.address }, () => {})) {
    sentinel.event('+convert-to-slave', replica)
  }
}

function hearReplica(
  sentinel: InfoContext,
  replica: ReplicaInstance,
  master: MasterInstance,
): void {
  const { now } = sentinel
  if (!sameServer(replica.masterReported, master.address)) {
    const wait = master.failoverTimeout
    const isDue =
      !master.isFailingOver &&
      looksSane(sentinel, master) &&
      wasUpFor(sentinel, replica, wait) &&
      now - replica.masterChangedAt > wait
    if (isDue && replica.link.request({ kind: 'reconfigure', master: master.address }, () => {})) {
      sentinel.event('+fix-slave-config', replica)
    }
  }
  if (replica.reconf === 'sent' && sameServer(replica.masterReported, master.promoted?.address)) {
    replica.reconf = 'inprog'
    sentinel.event('+slave-reconf-inprog', replica)
  }
  if (replica.reconf === 'inprog' && replica.isLinkUp) {
    replica.reconf = 'done'
    sentinel.event('+slave-reconf-done', replica)
  }
}

function looksSane(sentinel: SentinelContext, master: MasterInstance): boolean {
  return (
    master.roleReported === 'master' &&
    !master.isSubjectivelyDown &&
    !master.isObjectivelyDown &&
    sentinel.now - master.infoRefresh < sentinel.surroundings.times.infoPeriod * 2
  )
}

function wasUpFor(sentinel: SentinelContext, replica: ReplicaInstance, time: number): boolean {
  return replica.subjectivelyDownSince === 0 || sentinel.now - replica.subjectivelyDownSince > time
}
