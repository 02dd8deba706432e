import type { Address } from '@disredis/sentinel'
import type { Command, ReplyHold, Wire } from '../src/commands/command.js'
import type { ConnectionOwner, ShardConnection } from '../src/connection/shard-connection.js'

/** A node whose role and answers a test decides; for what a real one cannot be made to do on cue. */
export class FakeNode {
  readonly address: Address
  isMaster: boolean
  isLoading = false
  isReachable = true
  /** To what is asked on a connection. */
  isAnswering = true
  offset = 0
  /** What it says of a connection; empty: there is none. */
  clientList = ''
  replicas: { address: Address; offset: number }[] = []
  readonly connections: FakeConnection[] = []
  readonly now: () => number

  constructor(port: number, isMaster: boolean, now: () => number) {
    this.now = now
    this.address = Object.freeze({ host: 'fake', port })
    this.isMaster = isMaster
  }

  async dial(): Promise<ShardConnection> {
    if (!this.isReachable) throw Object.assign(new Error('refused'), { retryable: true })
    const connection = new FakeConnection(this)
    this.connections.push(connection)
    return connection
  }

  get connection(): FakeConnection {
    return this.connections.at(-1)!
  }
}

export class FakeConnection implements ShardConnection {
  readonly node: FakeNode
  readonly db = 0
  readonly id = 1
  readonly bytesUnderWay = 0
  readonly written: Command[] = []
  inFlight = 0
  waitingSince = 0
  isSilent = false
  roundTrip = 0
  isCongested = false
  isClosed = false
  isWritable = true
  replyHold: ReplyHold | undefined
  owner: ConnectionOwner | undefined
  readonly wire: Wire = {
    send: (_name, _args, pending) => {
      const command = pending as Command
      if (this.inFlight++ === 0) this.waitingSince = this.node.now()
      if (this.isWritable) this.written.push(command)
      else queueMicrotask(() => command.onError(new Error('Connection is closed.')))
      return this.written.length - 1
    },
  }

  constructor(node: FakeNode) {
    this.node = node
  }

  get address(): Address {
    return this.node.address
  }

  get where(): string {
    return `fake:${this.address.port}`
  }

  hasSent(command: Command): boolean {
    return this.written.includes(command)
  }

  async role() {
    const { isMaster, isLoading, offset, replicas } = this.node
    return { isMaster, isLoading, isLinkedReplica: !isMaster, offset, replicas }
  }

  async askRole() {
    if (!this.node.isAnswering) return new Promise<never>(() => {})
    return this.role()
  }

  /** The answer to CLIENT LIST is the node's. */
  async ask() {
    return this.node.clientList
  }

  touch(): void {}

  commandFailed(command: Command, error: Error): void {
    this.owner?.commandFailed(command, error, this)
  }

  /** As a socket does: what is in flight fails, then the loss is told, not within the call. */
  destroy(): void {
    if (!this.isWritable) return
    this.isWritable = false
    queueMicrotask(() => {
      for (const command of this.written) {
        if (command.carrier === this) command.onError(new Error('Connection is closed.'))
      }
      this.isClosed = true
      this.owner?.connectionClosed(this)
    })
  }
}
