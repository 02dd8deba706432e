import type { Journal } from '../core/journal.js'
import type { Random } from '../core/random.js'
import type { VirtualTime } from '../core/virtual-time.js'
import type { ChannelEnd, Frame, Receiver } from '../network/channel-end.js'
import type { Host } from '../network/host.js'
import type { Network } from '../network/network.js'
import { applyRecord } from './apply-record.js'
import { ClientSession } from './client-session.js'
import { CommandExecutor, type ExecutorContext } from './command-executor.js'
import { emptySnapshot, Keyspace, type KeyspaceSnapshot } from './keyspace.js'
import { ManualFailover } from './manual-failover.js'
import type { NodeOptions } from './node-options.js'
import { NodePause } from './node-pause.js'
import { ReplicationLink } from './replication-link.js'
import { ReplicationSource } from './replication-source.js'
import { type SentinelRequestContext, SentinelRequests } from './sentinel-requests.js'
import {
  type NodeInfo,
  type NodeRequest,
  type ReplicationMessage,
  type ServerAddress,
  sameServer,
  serverName,
} from './server-messages.js'
import { recordsAfter, streamSize, type WriteRecord } from './write-history.js'

/** What the world wants to know of a node. */
export interface NodeObserver {
  /** A write was executed here first. */
  executed(node: RedisNode, record: WriteRecord): void
  roleChanged(node: RedisNode): void
  /** A client sends a write over a connection on which it was not told `master` to ROLE. */
  unaskedWrite(node: RedisNode, client: string, command: string): void
}

export interface NodeSurroundings {
  readonly time: VirtualTime
  readonly network: Network
  readonly host: Host
  readonly random: Random
  readonly journal: Journal
  readonly observer: NodeObserver
}

/** ms between two PINGs to the replicas. */
const pingInterval = 10_000
/** ms: keys whose time is over are deleted, and silent replicas dropped. */
const cronInterval = 1000

/** One Redis or Valkey server. */
export class RedisNode implements ExecutorContext, SentinelRequestContext {
  readonly options: NodeOptions
  readonly surroundings: NodeSurroundings
  readonly keys: Keyspace
  readonly source: ReplicationSource
  readonly pause: NodePause
  readonly executor: CommandExecutor
  readonly failover: ManualFailover
  readonly sessions = new Set<ClientSession>()
  readonly #requests: SentinelRequests
  link: ReplicationLink | undefined
  isRunning = false
  isLoading = false
  /** A script does not end: commands are refused until it is killed. */
  isBusy = false
  /** It cannot write its data to the disk. */
  isDiskFull = false
  runId = ''
  replid = ''
  /** The history of the master before, and up to where it is this one's, too. */
  formerReplid = ''
  formerOffset = -1
  offset = 0
  head: WriteRecord | undefined
  /** When it became a master, if it did not begin as one. */
  masterSince = 0
  /** It holds what some master had: there is something to continue. */
  #hasHistory = false
  #configuredMaster: ServerAddress | undefined
  #nextSession = 1
  #cron: { cancel(): void } | undefined
  #pingedAt = 0

  constructor(options: NodeOptions, surroundings: NodeSurroundings) {
    this.options = options
    this.surroundings = surroundings
    const now = () => surroundings.time.now
    this.keys = new Keyspace(now)
    this.source = new ReplicationSource(now)
    this.pause = new NodePause(surroundings.time, () => this.executor.resumePostponed())
    this.executor = new CommandExecutor(this)
    this.failover = new ManualFailover(this)
    this.#requests = new SentinelRequests(this)
    this.#configuredMaster = options.master
  }

  get name(): string {
    return this.options.name
  }

  get address(): ServerAddress {
    return { host: this.surroundings.host.ip, port: this.options.port }
  }

  get role(): 'master' | 'slave' {
    return this.link === undefined ? 'master' : 'slave'
  }

  /** The data set as it was at the start of this process. */
  start(): void {
    const { time, network, host, random } = this.surroundings
    host.isUp = true
    this.isRunning = true
    this.isLoading = false
    this.runId = random.hex(40)
    this.replid = random.hex(40)
    this.formerReplid = ''
    this.formerOffset = -1
    network.listen(host, this.options.port, (channel) => this.#accept(channel))
    if (this.#configuredMaster !== undefined) this.#replicateFrom(this.#configuredMaster)
    this.#pingedAt = time.now
    this.#runCron()
    this.#load()
    this.note(`starts as ${this.role}${this.isLoading ? ', loading' : ''}`)
  }

  /** `kill -9`. */
  crash(isReset = false): void {
    if (!this.isRunning) return
    this.note('is killed')
    this.#stop()
    this.surroundings.host.kill(isReset)
  }

  powerOff(): void {
    if (this.isRunning) this.#stop()
    this.note('loses its power')
    this.surroundings.host.powerOff()
  }

  note(what: string): void {
    this.surroundings.journal.write(this.name, what)
  }

  /** Refused while it hands over by itself. */
  get isHandingOver(): boolean {
    return this.failover.state !== 'no-failover'
  }

  becomeMaster(): void {
    if (this.link === undefined) return
    const { random, observer } = this.surroundings
    this.link.close()
    this.link = undefined
    this.isLoading = false
    this.formerReplid = this.replid
    this.formerOffset = this.offset
    this.replid = random.hex(40)
    this.#hasHistory = true
    this.source.dropAll()
    this.masterSince = this.surroundings.time.now
    this.note('is a master now')
    observer.roleChanged(this)
    this.executor.roleChanged()
  }

  /** @param isSilent blocked clients are cut off without a word: what Sentinel does */
  becomeReplicaOf(master: ServerAddress, isSilent = false, isFailover = false): boolean {
    if (sameServer(this.link?.master, master) && !isFailover) return false
    const wasMaster = this.link === undefined
    this.link?.close()
    this.#replicateFrom(master, isFailover)
    this.source.dropAll()
    this.note(`is a replica of ${serverName(master)} now`)
    if (wasMaster) {
      this.executor.demoted(isSilent)
      this.surroundings.observer.roleChanged(this)
    }
    return true
  }

  /** What Sentinel's CONFIG REWRITE keeps. */
  rewriteConfig(): void {
    this.#configuredMaster = this.link?.master
  }

  /** Closes the connections of clients and Sentinels, not those of replicas. */
  killClients(except?: ChannelEnd): void {
    for (const session of [...this.sessions]) this.closeSession(session, true)
    this.#requests.closeAll(except)
  }

  closeSession(session: ClientSession, isSilent = false): void {
    this.sessions.delete(session)
    this.executor.forget(session)
    session.close(isSilent)
  }

  /** A write was executed: replicas get it in the same turn in which its reply leaves. */
  propagate(commands: readonly (readonly string[])[]): WriteRecord {
    const size = streamSize(commands)
    const record: WriteRecord = {
      previous: this.head,
      commands,
      offset: this.offset + size,
      at: this.surroundings.time.now,
      node: this.name,
    }
    this.head = record
    this.offset = record.offset
    this.#hasHistory = true
    this.source.write(record, size)
    if (commands.length > 0) this.surroundings.observer.executed(this, record)
    return record
  }

  unaskedWrite(session: ClientSession, command: string): void {
    const client = session.channel.peer.host.name
    this.surroundings.observer.unaskedWrite(this, client, command)
  }

  info(): NodeInfo {
    const { link } = this
    const now = this.surroundings.time.now
    return {
      runId: this.runId,
      role: this.role,
      replicas: link === undefined ? [...this.source.feeds].map(({ address }) => address) : [],
      master: link?.master,
      linkUp: link === undefined || link.isConnected,
      linkDownFor:
        link === undefined || link.isConnected
          ? 0
          : link.downSince === undefined
            ? -1
            : now - link.downSince,
      priority: this.options.priority,
      offset: this.offset,
      supportsFailover: this.options.isValkey,
    }
  }

  deliverMessage(channel: string, message: string): void {
    this.executor.pubsub.deliver(channel, message)
    this.source.send({ kind: 'message', channel, message })
  }

  /** A replica asked for the stream. */
  #hearReplica(channel: ChannelEnd, message: ReplicationMessage): void {
    if (message.kind === 'ack') {
      this.source.acknowledge(channel, message.offset)
      this.executor.blocking.acknowledged()
      this.failover.acknowledged()
      return
    }
    if (message.kind !== 'psync') return
    const address = { host: channel.peer.host.ip, port: message.port }
    if (message.isFailover) {
      const isMine = message.replid === this.replid
      if (this.link === undefined || !isMine) {
        channel.send({ kind: 'refused' })
        return
      }
      this.failover.forget()
      this.pause.end()
      this.becomeMaster()
    }
    // A replica that has no link itself has nothing to give.
    if (this.link !== undefined && !this.link.isConnected) {
      channel.close()
      return
    }
    this.source.add(channel, address, message.offset)
    const missing = this.#missing(message.replid, message.offset)
    if (missing !== undefined) {
      channel.send({ kind: 'continue', replid: this.replid })
      for (const record of missing) {
        channel.send({ kind: 'write', record }, streamSize(record.commands))
      }
      return
    }
    const { replid, offset, head } = this
    const data = this.keys.snapshot()
    channel.send({ kind: 'fullSync', replid, offset, head, data }, 100 * data.values.size)
  }

  /** The records that a replica lacks; undefined if it has to begin anew. */
  #missing(replid: string, offset: number): readonly WriteRecord[] | undefined {
    const isOwn = replid === this.replid && offset <= this.offset
    const isFormer = replid === this.formerReplid && offset <= this.formerOffset
    return isOwn || isFormer ? recordsAfter(this.head, offset) : undefined
  }

  #accept(channel: ChannelEnd): Receiver {
    let receiver: Receiver | undefined
    return {
      received: (frame) => {
        receiver ??= this.#receiverOf(channel, frame)
        receiver.received(frame)
      },
      closed: (isReset) => receiver?.closed(isReset),
    }
  }

  /** What came first tells who it is. */
  #receiverOf(channel: ChannelEnd, first: Frame): Receiver {
    if (typeof first === 'string') return this.#openSession(channel)
    const { kind } = first as NodeRequest | ReplicationMessage
    if (kind !== 'psync') return this.#requests.open(channel)
    return {
      received: (frame) => this.#hearReplica(channel, frame as ReplicationMessage),
      closed: () => {
        this.source.remove(channel)
        this.executor.blocking.acknowledged()
      },
    }
  }

  #openSession(channel: ChannelEnd): Receiver {
    const session = new ClientSession(
      this.#nextSession++,
      channel,
      this.options.password === undefined,
    )
    this.sessions.add(session)
    return {
      received: (frame) => {
        let requests: string[][]
        try {
          requests = session.read(frame as string)
        } catch {
          this.closeSession(session)
          return
        }
        session.gather(() => {
          for (const args of requests) this.executor.take(session, args)
        })
      },
      closed: () => {
        session.isClosed = true
        this.closeSession(session)
        session.suspended?.cancel()
      },
    }
  }

  #replicateFrom(master: ServerAddress, isFailover = false): void {
    const { network, host } = this.surroundings
    this.link = new ReplicationLink(
      network,
      host,
      master,
      {
        port: this.options.port,
        position: () =>
          this.#hasHistory
            ? { replid: this.replid, offset: this.offset }
            : { replid: '?', offset: -1 },
        continued: (replid) => {
          if (replid === this.replid) return
          this.formerReplid = this.replid
          this.formerOffset = this.offset
          this.replid = replid
          // They have to be told of it.
          this.source.dropAll()
        },
        loading: () => {
          // What replicas of its own have is of another history.
          this.source.dropAll()
          this.isLoading = true
          this.#hasHistory = false
          this.keys.load(emptySnapshot)
          this.head = undefined
        },
        loaded: (data, head, replid, offset) => this.#adopt(data, head, replid, offset),
        written: (record) => this.#apply(record),
        messageHeard: (channel, message) => this.deliverMessage(channel, message),
        failoverAnswered: (isAccepted) => this.failover.answered(isAccepted),
      },
      this.options,
      isFailover,
    )
  }

  #adopt(
    data: KeyspaceSnapshot,
    head: WriteRecord | undefined,
    replid: string,
    offset: number,
  ): void {
    this.keys.load(data)
    this.head = head
    this.replid = replid
    this.offset = offset
    this.formerReplid = ''
    this.formerOffset = -1
    this.#hasHistory = true
    this.isLoading = false
    this.note(`has copied the data of ${serverName(this.link!.master)}`)
  }

  #apply(record: WriteRecord): void {
    applyRecord(this.keys, record)
    this.head = record
    this.offset = record.offset
    this.source.write(record, streamSize(record.commands))
  }

  /** After a start: what the disk has. */
  #load(): void {
    if (this.options.persistence === 'nothing') {
      this.keys.load(emptySnapshot)
      this.head = undefined
      this.offset = 0
      this.#hasHistory = false
      return
    }
    // As from an append-only file: the data is there, the place in the replication stream is not.
    this.#hasHistory = false
    if (this.keys.size === 0 || this.options.loadingTime === 0) return
    this.isLoading = true
    this.surroundings.time.after(this.options.loadingTime, () => {
      if (this.isRunning) this.isLoading = false
    })
  }

  #stop(): void {
    this.isRunning = false
    this.isBusy = false
    this.#cron?.cancel()
    this.link?.close()
    this.link = undefined
    this.failover.forget()
    this.pause.forget()
    for (const session of this.sessions) session.suspended?.cancel()
    this.sessions.clear()
    this.executor.stopped()
    this.#requests.forget()
    for (const { channel } of [...this.source.feeds]) this.source.remove(channel)
  }

  #runCron(): void {
    const { time, host } = this.surroundings
    this.#cron = time.after(cronInterval, () => {
      this.#runCron()
      if (host.isFrozen || this.isLoading) return
      this.source.dropSilent(this.options.replicationTimeout)
      if (this.link !== undefined) return
      for (const key of this.keys.expired()) {
        this.keys.delete(key)
        this.propagate([['DEL', key]])
      }
      if (this.source.size > 0 && time.now - this.#pingedAt >= pingInterval) {
        this.#pingedAt = time.now
        this.propagate([])
      }
    })
  }
}
