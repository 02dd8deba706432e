import type { ScheduledEvent } from '../core/event-heap.js'
import type { ChannelEnd, Frame, Receiver } from '../network/channel-end.js'
import type { Host } from '../network/host.js'
import type { Network } from '../network/network.js'
import type { KeyspaceSnapshot } from './keyspace.js'
import type { ReplicationMessage, ServerAddress } from './server-messages.js'
import type { WriteRecord } from './write-history.js'

export type LinkState = 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected'

/** What a replica's node does with what its master sends. */
export interface LinkOwner {
  /** Where its data stands, as it says to its master. */
  position(): { readonly replid: string; readonly offset: number }
  readonly port: number
  continued(replid: string): void
  /** The data is being received: until {@link loaded} commands that need it are refused. */
  loading(): void
  loaded(
    data: KeyspaceSnapshot,
    head: WriteRecord | undefined,
    replid: string,
    offset: number,
  ): void
  written(record: WriteRecord): void
  messageHeard(channel: string, message: string): void
  /** The master agreed to step down, or not. */
  failoverAnswered(isAccepted: boolean): void
}

export interface LinkTimes {
  readonly syncTime: number
  readonly loadingTime: number
  readonly replicationTimeout: number
}

/** ms between two attempts, and between two acknowledgements. */
const period = 1000

/** A replica's connection to its master. */
export class ReplicationLink implements Receiver {
  readonly master: ServerAddress
  state: LinkState = 'connect'
  /** Since when it has had no link; undefined if it has one or never had one. */
  downSince: number | undefined
  readonly #network: Network
  readonly #host: Host
  readonly #owner: LinkOwner
  readonly #times: LinkTimes
  /** The first that its master hears is that it shall step down. */
  #isFailover: boolean
  #channel: ChannelEnd | undefined
  #timer: ScheduledEvent | undefined
  #loadingTimer: ScheduledEvent | undefined
  /** What came while the data was being read. */
  #buffered: ReplicationMessage[] | undefined
  #heardAt = 0
  #isClosed = false

  constructor(
    network: Network,
    host: Host,
    master: ServerAddress,
    owner: LinkOwner,
    times: LinkTimes,
    isFailover = false,
  ) {
    this.#network = network
    this.#host = host
    this.master = master
    this.#owner = owner
    this.#times = times
    this.#isFailover = isFailover
    this.#heardAt = network.time.now
    this.#connect()
    this.#tickLater()
  }

  get isConnected(): boolean {
    return this.state === 'connected'
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#loadingTimer?.cancel()
    this.#channel?.close()
    this.#channel = undefined
  }

  acknowledge(): void {
    if (this.state === 'connected')
      this.#send({ kind: 'ack', offset: this.#owner.position().offset })
  }

  connected(): void {
    this.state = 'handshake'
    this.#heardAt = this.#network.time.now
    const { replid, offset } = this.#owner.position()
    const { port } = this.#owner
    this.#send({ kind: 'psync', replid, offset, port, isFailover: this.#isFailover })
  }

  refused(): void {
    this.#lost()
  }

  closed(): void {
    const wasConnected = this.state === 'connected'
    this.#lost()
    if (wasConnected && !this.#host.isFrozen) this.#connect()
  }

  received(frame: Frame): void {
    this.#heardAt = this.#network.time.now
    const message = frame as ReplicationMessage
    if (this.#buffered !== undefined) this.#buffered.push(message)
    else this.#hear(message)
  }

  #hear(message: ReplicationMessage): void {
    switch (message.kind) {
      case 'continue':
        this.#failoverAnswered(true)
        this.#owner.continued(message.replid)
        this.#linkIsUp()
        break
      case 'refused':
        this.#failoverAnswered(false)
        break
      case 'fullSync':
        this.#failoverAnswered(true)
        this.#receiveData(message)
        break
      case 'write':
        this.#owner.written(message.record)
        break
      case 'message':
        this.#owner.messageHeard(message.channel, message.message)
        break
      case 'getAck':
        this.acknowledge()
    }
  }

  #failoverAnswered(isAccepted: boolean): void {
    if (!this.#isFailover) return
    this.#isFailover = false
    this.#owner.failoverAnswered(isAccepted)
  }

  #receiveData(message: Extract<ReplicationMessage, { readonly kind: 'fullSync' }>): void {
    this.state = 'sync'
    this.#buffered = []
    const { syncTime, loadingTime } = this.#times
    const { time } = this.#network
    this.#loadingTimer = time.after(syncTime, () => {
      this.#owner.loading()
      this.#loadingTimer = time.after(loadingTime, () => {
        this.#owner.loaded(message.data, message.head, message.replid, message.offset)
        this.#linkIsUp()
        const buffered = this.#buffered ?? []
        this.#buffered = undefined
        for (const it of buffered) this.#hear(it)
      })
    })
  }

  #linkIsUp(): void {
    this.state = 'connected'
    this.downSince = undefined
    this.acknowledge()
  }

  #connect(): void {
    if (this.#isClosed || this.#channel !== undefined) return
    this.state = 'connecting'
    this.#heardAt = this.#network.time.now
    this.#channel = this.#network.dial(this.#host, this.master, this)
  }

  #send(message: ReplicationMessage): void {
    this.#channel?.send(message)
  }

  #lost(): void {
    const { time } = this.#network
    if (this.state === 'connected') this.downSince = time.now
    this.state = 'connect'
    this.#loadingTimer?.cancel()
    this.#buffered = undefined
    this.#channel?.close()
    this.#channel = undefined
  }

  #tickLater(): void {
    this.#timer = this.#network.time.after(period, () => {
      if (this.#isClosed) return
      this.#tickLater()
      if (this.#host.isFrozen) return
      if (this.#network.time.now - this.#heardAt > this.#times.replicationTimeout) this.#lost()
      if (this.#channel === undefined) this.#connect()
      else this.acknowledge()
    })
  }
}
