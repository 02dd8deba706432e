import type { NodeAnswer } from '../node/server-messages.js'
import type { Election } from './election.js'
import type { Greetings } from './greetings.js'
import { hearInfo, type InfoContext } from './hear-info.js'
import type { Instance, MasterInstance, PeerInstance, ReplicaInstance } from './instances.js'

export interface MonitoringContext extends InfoContext {
  readonly election: Election
  readonly greetings: Greetings
}

/** What a Sentinel does about each instance in a tick: connect, ask, and judge. */
export class Monitoring {
  readonly #sentinel: MonitoringContext

  constructor(sentinel: MonitoringContext) {
    this.#sentinel = sentinel
  }

  tick(master: MasterInstance): void {
    const sentinel = this.#sentinel
    this.#lookAfter(master, master)
    if (!sentinel.isTilted) {
      this.#judge(master, master)
      this.#judgeObjectively(master)
      if (sentinel.steps.startIfDue(master)) sentinel.election.ask(master, true)
      sentinel.steps.step(master)
      sentinel.election.ask(master, false)
    }
    for (const replica of [...master.replicas.values()]) {
      this.#lookAfter(replica, master)
      if (!sentinel.isTilted) this.#judge(replica, master)
    }
    for (const peer of [...master.peers.values()]) {
      this.#lookAfter(peer, master)
      if (!sentinel.isTilted) this.#judge(peer, master)
    }
  }

  #lookAfter(instance: Instance, master: MasterInstance): void {
    const { now, greetings, surroundings } = this.#sentinel
    const { times } = surroundings
    const { link } = instance
    link.reconnect(now, () => this.#ping(instance))
    if (link.isDisconnected || link.pending >= 100 * link.references) return
    if (instance.kind !== 'sentinel') {
      const period = isUrgent(instance, master) ? times.fastInfoPeriod : times.infoPeriod
      if (instance.infoRefresh === 0 || now - instance.infoRefresh > period) {
        this.#askInfo(instance, master)
      }
    }
    const pingPeriod = Math.min(master.downAfter, times.pingPeriod)
    if (now - link.lastPong > pingPeriod && now - link.lastPing > pingPeriod / 2) {
      this.#ping(instance)
    }
    if (now - instance.lastPublished > times.helloPeriod) greetings.send(master, instance)
  }

  #ping(instance: Instance): void {
    const sentinel = this.#sentinel
    const { link } = instance
    const isSent = link.request({ kind: 'ping' }, (answer) => {
      if (answer === undefined) return
      const { isOk, isBusy } = answer as Extract<NodeAnswer, { readonly kind: 'pong' }>
      link.lastPong = sentinel.now
      if (isOk) {
        link.lastAvailable = sentinel.now
        link.pingPendingSince = 0
        if (instance.kind !== 'sentinel') instance.isScriptKillSent = false
        return
      }
      if (!isBusy || !instance.isSubjectivelyDown || instance.kind === 'sentinel') return
      if (instance.isScriptKillSent) return
      instance.isScriptKillSent = true
      link.request({ kind: 'scriptKill' }, () => {})
    })
    if (!isSent) return
    link.lastPing = sentinel.now
    if (link.pingPendingSince === 0) link.pingPendingSince = sentinel.now
  }

  #askInfo(instance: MasterInstance | ReplicaInstance, master: MasterInstance): void {
    instance.link.request({ kind: 'info' }, (answer) => {
      if (answer === undefined) return
      const { info } = answer as Extract<NodeAnswer, { readonly kind: 'info' }>
      const isKnown =
        instance === this.#sentinel.masters.get(master.name) ||
        [...master.replicas.values()].includes(instance as ReplicaInstance)
      if (isKnown) hearInfo(this.#sentinel, instance, master, info)
    })
  }

  #judge(instance: Instance, master: MasterInstance): void {
    const sentinel = this.#sentinel
    const { now } = sentinel
    const { times } = sentinel.surroundings
    const { link } = instance
    const silence =
      link.pingPendingSince !== 0
        ? now - link.pingPendingSince
        : link.isDisconnected
          ? now - link.lastAvailable
          : 0
    const half = master.downAfter / 2
    const isStuck =
      link.hasCommand &&
      now - link.commandSince > times.reconnectPeriod &&
      link.pingPendingSince !== 0 &&
      now - link.pingPendingSince > half &&
      now - link.lastPong > half
    if (isStuck) link.closeCommand()
    const isDeaf =
      link.hasPubsub &&
      now - link.pubsubSince > times.reconnectPeriod &&
      now - link.heardAt > times.helloPeriod * 3
    if (isDeaf) link.closePubsub()
    const saysReplica =
      instance.kind === 'master' &&
      instance.roleReported === 'slave' &&
      now - instance.roleReportedAt > master.downAfter + times.infoPeriod * 2
    const isDown = silence > master.downAfter || saysReplica
    if (isDown === instance.isSubjectivelyDown) return
    instance.isSubjectivelyDown = isDown
    if (isDown) {
      instance.subjectivelyDownSince = now
      sentinel.event('+sdown', instance)
    } else {
      if (instance.kind !== 'sentinel') instance.isScriptKillSent = false
      sentinel.event('-sdown', instance)
    }
  }

  #judgeObjectively(master: MasterInstance): void {
    const sentinel = this.#sentinel
    const count = master.isSubjectivelyDown
      ? 1 + [...master.peers.values()].filter(saysDown).length
      : 0
    const isDown = count >= master.quorum && master.isSubjectivelyDown
    if (isDown === master.isObjectivelyDown) return
    master.isObjectivelyDown = isDown
    if (isDown) {
      master.objectivelyDownSince = sentinel.now
      sentinel.event('+odown', master, ` #quorum ${count}/${master.quorum}`)
    } else {
      sentinel.event('-odown', master)
    }
  }
}

function saysDown({ saysDown }: PeerInstance): boolean {
  return saysDown
}

/** Asked for INFO each second instead of each ten. */
function isUrgent(instance: MasterInstance | ReplicaInstance, master: MasterInstance): boolean {
  if (instance.kind === 'master') return false
  return master.isObjectivelyDown || master.isFailingOver || instance.linkDownTime !== 0
}
