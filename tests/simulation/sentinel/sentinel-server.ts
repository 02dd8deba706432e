import type { Journal } from '../core/journal.js'
import type { Random } from '../core/random.js'
import type { VirtualTime } from '../core/virtual-time.js'
import type { ChannelEnd, Frame, Receiver } from '../network/channel-end.js'
import type { Host } from '../network/host.js'
import type { Network } from '../network/network.js'
import { ClientSession } from '../node/client-session.js'
import { PubSub } from '../node/pubsub.js'
import { type ServerAddress, serverName } from '../node/server-messages.js'
import { Election } from './election.js'
import { describeInstance } from './event-text.js'
import { FailoverSteps } from './failover-steps.js'
import { Greetings } from './greetings.js'
import { InstanceLink } from './instance-link.js'
import type { Instance, MasterInstance, PeerInstance, ReplicaInstance } from './instances.js'
import { currentAddress } from './instances.js'
import { Monitoring, type MonitoringContext } from './monitoring.js'
import type { PeerRequest } from './peer-messages.js'
import { answerPeer, type PeerContext } from './peer-requests.js'
import { executeSentinelCommand, type SentinelCommandContext } from './sentinel-commands.js'
import type { MasterConfig, SentinelConfig } from './sentinel-config.js'
import type { SentinelTimes } from './sentinel-times.js'

export interface SentinelSurroundings {
  readonly time: VirtualTime
  readonly network: Network
  readonly host: Host
  readonly random: Random
  readonly journal: Journal
  readonly times: SentinelTimes
  readonly isValkey: boolean
  readonly onEvent: (sentinel: SentinelServer, channel: string, payload: string) => void
}

/** The port of every Sentinel of this world. */
export const sentinelPort = 26379

/** One Sentinel, as sentinel.c has it. */
export class SentinelServer implements MonitoringContext, PeerContext, SentinelCommandContext {
  readonly name: string
  readonly surroundings: SentinelSurroundings
  readonly masters = new Map<string, MasterInstance>()
  readonly sessions = new Set<ClientSession>()
  readonly pubsub = new PubSub(() => this.sessions)
  readonly election = new Election(this)
  readonly steps = new FailoverSteps(this)
  readonly greetings = new Greetings(this)
  readonly monitoring = new Monitoring(this)
  isRunning = false
  id = ''
  currentEpoch = 0
  /** Since when it does not trust itself. */
  tiltSince: number | undefined
  #lastTick = 0
  #tick: { cancel(): void } | undefined
  #peerLinks = new Map<string, InstanceLink>()
  #peerChannels = new Set<ChannelEnd>()
  #file: SentinelConfig
  #nextSession = 1

  constructor(name: string, file: SentinelConfig, surroundings: SentinelSurroundings) {
    this.name = name
    this.surroundings = surroundings
    this.#file = file
  }

  get now(): number {
    return this.surroundings.time.now
  }

  get address(): ServerAddress {
    return { host: this.surroundings.host.ip, port: sentinelPort }
  }

  get isTilted(): boolean {
    return this.tiltSince !== undefined
  }

  /** What a restart would find. */
  get file(): SentinelConfig {
    return this.#file
  }

  /** @param file another one than its own: it was wiped */
  start(file: SentinelConfig = this.#file): void {
    const { network, host } = this.surroundings
    this.#file = file
    host.isUp = true
    this.isRunning = true
    this.id = file.id
    this.currentEpoch = file.currentEpoch
    this.tiltSince = undefined
    this.masters.clear()
    for (const master of file.masters) this.monitor(master)
    network.listen(host, sentinelPort, (channel) => this.#accept(channel))
    this.#lastTick = this.now
    this.#tickLater()
    this.note('starts')
  }

  crash(): void {
    if (!this.isRunning) return
    this.note('is killed')
    this.#stop()
    this.surroundings.host.kill(false)
  }

  powerOff(): void {
    if (this.isRunning) this.#stop()
    this.surroundings.host.powerOff()
  }

  note(what: string): void {
    this.surroundings.journal.write(this.name, what)
  }

  /** Publishes an event. */
  event(channel: string, instance: Instance, suffix = ''): void {
    this.publish(channel, `${describeInstance(instance, this.#masterOf(instance))}${suffix}`)
  }

  publish(channel: string, payload: string): void {
    this.note(`${channel} ${payload}`)
    this.pubsub.deliver(channel, payload)
    this.surroundings.onEvent(this, channel, payload)
  }

  monitor(config: MasterConfig): MasterInstance {
    const { now } = this
    const master: MasterInstance = {
      kind: 'master',
      name: config.name,
      address: config.address,
      link: this.#dataLink(config.address),
      runId: '',
      infoRefresh: 0,
      roleReported: 'master',
      roleReportedAt: now,
      isScriptKillSent: false,
      isSubjectivelyDown: false,
      subjectivelyDownSince: 0,
      lastPublished: 0,
      replicas: new Map(),
      peers: new Map(),
      quorum: config.quorum,
      downAfter: config.downAfter,
      failoverTimeout: config.failoverTimeout,
      parallelSyncs: config.parallelSyncs,
      configEpoch: config.configEpoch,
      isObjectivelyDown: false,
      objectivelyDownSince: 0,
      leader: '',
      leaderEpoch: config.leaderEpoch,
      failoverEpoch: 0,
      failoverState: 'none',
      stateChangedAt: 0,
      failoverStartedAt: Number.NEGATIVE_INFINITY,
      isFailingOver: false,
      isForced: false,
      isCoordinated: false,
      supportsFailover: false,
      promoted: undefined,
    }
    this.masters.set(config.name, master)
    this.event('+monitor', master, ` quorum ${config.quorum}`)
    for (const address of config.replicas) this.addReplica(master, address)
    for (const { id, address } of config.peers) this.addPeer(master, id, address)
    return master
  }

  remove(master: MasterInstance): void {
    this.event('-monitor', master)
    this.masters.delete(master.name)
    this.closeInstances(master)
    master.link.close()
    this.save()
  }

  closeInstances(master: MasterInstance, keepsPeers = false): void {
    for (const { link } of master.replicas.values()) link.close()
    master.replicas.clear()
    if (keepsPeers) return
    for (const id of [...master.peers.keys()]) this.removePeer(master, id)
  }

  addReplica(master: MasterInstance, address: ServerAddress): ReplicaInstance {
    const { now } = this
    const replica: ReplicaInstance = {
      kind: 'slave',
      address,
      link: this.#dataLink(address),
      runId: '',
      infoRefresh: 0,
      roleReported: 'slave',
      roleReportedAt: now,
      isScriptKillSent: false,
      isSubjectivelyDown: false,
      subjectivelyDownSince: 0,
      lastPublished: 0,
      priority: 100,
      offset: 0,
      masterReported: undefined,
      isLinkUp: false,
      linkDownTime: 0,
      masterChangedAt: now,
      isPromoted: false,
      reconf: 'none',
      reconfSentAt: 0,
    }
    master.replicas.set(serverName(address), replica)
    this.event('+slave', replica)
    return replica
  }

  addPeer(master: MasterInstance, id: string, address: ServerAddress): PeerInstance {
    let link = this.#peerLinks.get(id)
    if (link === undefined) {
      link = this.#link(address, false)
      this.#peerLinks.set(id, link)
    } else {
      link.references++
    }
    const peer: PeerInstance = {
      kind: 'sentinel',
      id,
      address,
      link,
      isSubjectivelyDown: false,
      subjectivelyDownSince: 0,
      lastPublished: 0,
      saysDown: false,
      answeredAt: Number.NEGATIVE_INFINITY,
      leader: '',
      leaderEpoch: 0,
      lastHello: this.now,
    }
    master.peers.set(id, peer)
    return peer
  }

  removePeer(master: MasterInstance, id: string): void {
    const peer = master.peers.get(id)
    master.peers.delete(id)
    if (peer === undefined || --peer.link.references > 0) return
    peer.link.close()
    this.#peerLinks.delete(id)
  }

  /** The master's place is taken by the node at that address. */
  switchTo(master: MasterInstance, address: ServerAddress): void {
    const old = master.address
    const others = [...master.replicas.values()]
      .map(({ address: it }) => it)
      .filter((it) => serverName(it) !== serverName(address))
    if (serverName(old) !== serverName(address)) others.push(old)
    this.reset(master)
    master.link.close()
    master.address = address
    master.link = this.#dataLink(address)
    master.subjectivelyDownSince = 0
    master.objectivelyDownSince = 0
    for (const it of others) this.addReplica(master, it)
    this.save()
  }

  reset(master: MasterInstance): void {
    this.closeInstances(master, true)
    master.isSubjectivelyDown = false
    master.isObjectivelyDown = false
    master.leader = ''
    master.failoverState = 'none'
    master.isFailingOver = false
    master.isForced = false
    master.isCoordinated = false
    master.stateChangedAt = 0
    master.failoverStartedAt = Number.NEGATIVE_INFINITY
    master.promoted = undefined
    master.runId = ''
    master.roleReported = 'master'
    master.roleReportedAt = this.now
    master.isScriptKillSent = false
  }

  /** `SENTINEL RESET`: it forgets the replicas and the other Sentinels as well. */
  resetByCommand(master: MasterInstance): void {
    this.reset(master)
    for (const id of [...master.peers.keys()]) this.removePeer(master, id)
    this.event('+reset-master', master)
  }

  /** Rewrites its file. */
  save(): void {
    this.#file = {
      id: this.id,
      currentEpoch: this.currentEpoch,
      masters: [...this.masters.values()].map((master) => ({
        name: master.name,
        address: currentAddress(master),
        quorum: master.quorum,
        downAfter: master.downAfter,
        failoverTimeout: master.failoverTimeout,
        parallelSyncs: master.parallelSyncs,
        configEpoch: master.configEpoch,
        leaderEpoch: master.leaderEpoch,
        replicas: knownReplicas(master),
        peers: [...master.peers.values()].map(({ id, address }) => ({ id, address })),
      })),
    }
  }

  #masterOf(instance: Instance): MasterInstance | undefined {
    if (instance.kind === 'master') return undefined
    for (const master of this.masters.values()) {
      const entries: Iterable<Instance> =
        instance.kind === 'slave' ? master.replicas.values() : master.peers.values()
      for (const it of entries) if (it === instance) return master
    }
    return undefined
  }

  #dataLink(address: ServerAddress): InstanceLink {
    return this.#link(address, true)
  }

  #link(address: ServerAddress, hears: boolean): InstanceLink {
    const { network, host, random } = this.surroundings
    return new InstanceLink(address, hears, {
      network,
      host,
      onHello: (message) => this.greetings.hear(message),
      failsAtOnce: () => random.chance(0.1),
    })
  }

  #accept(channel: ChannelEnd): Receiver {
    let session: ClientSession | undefined
    return {
      received: (frame: Frame) => {
        if (typeof frame !== 'string') {
          this.#peerChannels.add(channel)
          channel.send(answerPeer(this, frame as PeerRequest))
          return
        }
        session ??= this.#openSession(channel)
        const it = session
        let requests: string[][]
        try {
          requests = it.read(frame)
        } catch {
          this.sessions.delete(it)
          it.close()
          return
        }
        it.gather(() => {
          for (const args of requests) if (!it.isClosed) executeSentinelCommand(this, it, args)
        })
      },
      closed: () => {
        this.#peerChannels.delete(channel)
        if (session === undefined) return
        session.isClosed = true
        this.sessions.delete(session)
      },
    }
  }

  #openSession(channel: ChannelEnd): ClientSession {
    const session = new ClientSession(this.#nextSession++, channel, true)
    this.sessions.add(session)
    return session
  }

  #stop(): void {
    this.isRunning = false
    this.#tick?.cancel()
    for (const master of this.masters.values()) {
      master.link.forget()
      for (const { link } of master.replicas.values()) link.forget()
      for (const { link } of master.peers.values()) link.forget()
    }
    this.masters.clear()
    this.#peerLinks.clear()
    this.sessions.clear()
  }

  /** A period of 1/10 to 1/19 s, drawn anew each time: Sentinels that begin together drift apart. */
  #tickLater(): void {
    const { time, random } = this.surroundings
    this.#tick = time.after(Math.floor(1000 / random.integer(10, 19)), () => {
      this.#tickLater()
      if (!this.surroundings.host.isFrozen) this.#doTick()
    })
  }

  #doTick(): void {
    const { now } = this
    const { tiltTrigger, tiltPeriod } = this.surroundings.times
    if (now - this.#lastTick > tiltTrigger) {
      this.tiltSince = now
      this.publish('+tilt', '#tilt mode entered')
    }
    this.#lastTick = now
    if (this.tiltSince !== undefined && now - this.tiltSince > tiltPeriod) {
      this.tiltSince = undefined
      this.publish('-tilt', '#tilt mode exited')
    }
    let toSwitch: MasterInstance | undefined
    for (const master of [...this.masters.values()]) {
      this.monitoring.tick(master)
      // One in a tick, the last one found: shards that end together are switched one after the other.
      if (master.failoverState === 'update_config') toSwitch = master
    }
    if (toSwitch !== undefined) this.steps.switchToPromoted(toSwitch)
  }
}

function knownReplicas(master: MasterInstance): ServerAddress[] {
  const current = serverName(currentAddress(master))
  const known = [...master.replicas.values()].map(({ address }) => address)
  return [...known, master.address].filter((address) => serverName(address) !== current)
}
