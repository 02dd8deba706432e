import type { Election } from './election.js'
import type { Greetings } from './greetings.js'
import type { MasterInstance, ReplicaInstance } from './instances.js'
import { selectReplica } from './select-replica.js'
import type { SentinelContext } from './sentinel-context.js'

export interface FailoverContext extends SentinelContext {
  readonly election: Election
  readonly greetings: Greetings
}

/** The state machine of a failover, one step in each tick of the Sentinel that leads it. */
export class FailoverSteps {
  readonly #sentinel: FailoverContext

  constructor(sentinel: FailoverContext) {
    this.#sentinel = sentinel
  }

  /** @returns whether one was started */
  startIfDue(master: MasterInstance): boolean {
    if (!master.isObjectivelyDown || master.isFailingOver) return false
    if (this.#sentinel.now - master.failoverStartedAt < master.failoverTimeout * 2) return false
    this.start(master)
    return true
  }

  start(master: MasterInstance): void {
    const sentinel = this.#sentinel
    master.isFailingOver = true
    master.failoverEpoch = ++sentinel.currentEpoch
    sentinel.publish('+new-epoch', String(sentinel.currentEpoch))
    sentinel.event('+try-failover', master)
    master.failoverStartedAt = sentinel.now + sentinel.election.desync()
    this.#move(master, 'wait_start')
  }

  step(master: MasterInstance): void {
    if (!master.isFailingOver) return
    switch (master.failoverState) {
      case 'wait_start':
        this.#waitStart(master)
        break
      case 'select_slave':
        this.#select(master)
        break
      case 'send_slaveof_noone':
        this.#promote(master)
        break
      case 'wait_promotion':
        if (this.#isLate(master)) this.#abort(master, '-failover-abort-slave-timeout')
        break
      case 'reconf_slaves':
        this.#reconfigure(master)
        break
    }
  }

  /** The node said that it is a master: it is announced. */
  promoted(master: MasterInstance, replica: ReplicaInstance): void {
    const sentinel = this.#sentinel
    master.configEpoch = master.failoverEpoch
    this.#move(master, 'reconf_slaves')
    sentinel.save()
    sentinel.event('+promoted-slave', replica)
    sentinel.event('+failover-state-reconf-slaves', master)
    if (master.isCoordinated) {
      master.link.request({ kind: 'finish' }, () => {})
      replica.link.request({ kind: 'finish' }, () => {})
    }
    sentinel.greetings.force(master)
  }

  switchToPromoted(master: MasterInstance): void {
    const sentinel = this.#sentinel
    const to = master.promoted === undefined ? master.address : master.promoted.address
    const { host, port } = master.address
    sentinel.publish('+switch-master', `${master.name} ${host} ${port} ${to.host} ${to.port}`)
    sentinel.switchTo(master, to)
  }

  #waitStart(master: MasterInstance): void {
    const sentinel = this.#sentinel
    const leader = sentinel.election.leaderOf(master, master.failoverEpoch)
    if (leader !== sentinel.id && !master.isForced) {
      const limit = Math.min(sentinel.surroundings.times.electionTimeout, master.failoverTimeout)
      if (sentinel.now - master.failoverStartedAt > limit) {
        this.#abort(master, '-failover-abort-not-elected')
      }
      return
    }
    sentinel.event('+elected-leader', master)
    this.#move(master, 'select_slave')
    sentinel.event('+failover-state-select-slave', master)
  }

  #select(master: MasterInstance): void {
    const sentinel = this.#sentinel
    const replica = selectReplica(master, sentinel.now)
    if (replica === undefined) {
      this.#abort(master, '-failover-abort-no-good-slave')
      return
    }
    sentinel.event('+selected-slave', replica)
    replica.isPromoted = true
    master.promoted = replica
    this.#move(master, 'send_slaveof_noone')
    sentinel.event('+failover-state-send-slaveof-noone', replica)
  }

  #promote(master: MasterInstance): void {
    const sentinel = this.#sentinel
    const replica = master.promoted!
    const link = master.isCoordinated ? master.link : replica.link
    const left = master.failoverTimeout - (sentinel.now - master.stateChangedAt)
    if (master.isCoordinated && left < 1000) {
      this.#abort(master, '-failover-abort-master-timeout')
      return
    }
    if (link.isDisconnected) {
      if (this.#isLate(master)) this.#abort(master, '-failover-abort-slave-timeout')
      return
    }
    const request = master.isCoordinated
      ? { kind: 'failover', to: replica.address, timeout: left }
      : { kind: 'reconfigure', master: undefined }
    if (!link.request(request, () => {})) return
    sentinel.event('+failover-state-wait-promotion', replica)
    this.#move(master, 'wait_promotion')
  }

  #reconfigure(master: MasterInstance): void {
    const sentinel = this.#sentinel
    const promoted = master.promoted!
    const { reconfTimeout } = sentinel.surroundings.times
    let inFlight = [...master.replicas.values()].filter(isMoving).length
    for (const replica of master.replicas.values()) {
      if (inFlight >= master.parallelSyncs) break
      if (replica.isPromoted || replica.reconf === 'done') continue
      if (replica.reconf === 'sent' && sentinel.now - replica.reconfSentAt > reconfTimeout) {
        sentinel.event('-slave-reconf-sent-timeout', replica)
        replica.reconf = 'done'
        continue
      }
      if (isMoving(replica) || replica.link.isDisconnected) continue
      if (this.#follow(replica, promoted, '+slave-reconf-sent')) inFlight++
    }
    this.#detectEnd(master, promoted)
  }

  #detectEnd(master: MasterInstance, promoted: ReplicaInstance): void {
    const sentinel = this.#sentinel
    if (promoted.isSubjectivelyDown) return
    const others = [...master.replicas.values()].filter(
      (replica) => !replica.isPromoted && replica.reconf !== 'done',
    )
    const isLate = this.#isLate(master)
    if (isLate) sentinel.event('+failover-end-for-timeout', master)
    if (!isLate && others.some(({ isSubjectivelyDown }) => !isSubjectivelyDown)) return
    sentinel.event('+failover-end', master)
    this.#move(master, 'update_config')
    if (!isLate) return
    for (const replica of others) {
      if (replica.reconf === 'sent' || replica.link.isDisconnected) continue
      this.#follow(replica, promoted, '+slave-reconf-sent-be')
    }
  }

  #follow(replica: ReplicaInstance, promoted: ReplicaInstance, event: string): boolean {
    const request = { kind: 'reconfigure', master: promoted.address }
    if (!replica.link.request(request, () => {})) return false
    replica.reconf = 'sent'
    replica.reconfSentAt = this.#sentinel.now
    this.#sentinel.event(event, replica)
    return true
  }

  #abort(master: MasterInstance, event: string): void {
    const sentinel = this.#sentinel
    sentinel.event(event, master)
    master.isFailingOver = false
    master.isForced = false
    master.isCoordinated = false
    master.failoverState = 'none'
    master.stateChangedAt = sentinel.now
    if (master.promoted !== undefined) master.promoted.isPromoted = false
    master.promoted = undefined
  }

  #isLate(master: MasterInstance): boolean {
    return this.#sentinel.now - master.stateChangedAt > master.failoverTimeout
  }

  #move(master: MasterInstance, state: MasterInstance['failoverState']): void {
    master.failoverState = state
    master.stateChangedAt = this.#sentinel.now
  }
}

function isMoving({ reconf }: ReplicaInstance): boolean {
  return reconf === 'sent' || reconf === 'inprog'
}
