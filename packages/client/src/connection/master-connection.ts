import type { Socket } from 'node:net'
import { type Address, formatAddress } from '@disredis/sentinel'
import type { Redis } from 'ioredis'
import type { CommandCarrier, RoutedCommand } from '../commands/routed-command.js'
import { ConnectionError } from '../errors.js'
import type { GatheredWriter } from './gathered-writer.js'
import { withoutArguments } from './without-arguments.js'
import type { WriteBatch } from './write-batch.js'

/** What a connection tells the shard that owns it. */
export interface ConnectionOwner {
  /** A command got an error reply, or its connection was lost before the reply. */
  commandFailed(command: RoutedCommand, error: Error, connection: MasterConnection): void
  /** The socket is closed and every command it carried has been settled or handed back. */
  connectionClosed(connection: MasterConnection): void
  /** It became or ceased to be congested, or it answers after a silence. */
  connectionChanged(connection: MasterConnection): void
}

export interface NodeRole {
  readonly isMaster: boolean
}

/**
 * One connection to one node, after its handshake. It is one generation: a shard replaces it, it
 * never reconnects, and what it says after it was replaced concerns only its own commands.
 */
export class MasterConnection implements CommandCarrier {
  readonly address: Address
  inFlight = 0
  /** Since when the oldest reply has been awaited without a byte received; of use while inFlight > 0. */
  waitingSince = 0
  /** Set by the owner's verdict, cleared by the next byte. */
  isSilent = false
  owner: ConnectionOwner | undefined
  readonly #redis: Redis
  readonly #socket: Socket
  readonly #writer: GatheredWriter
  readonly #batch: WriteBatch
  #written = 0
  #flushed = 0
  #isClosed = false

  constructor(
    address: Address,
    redis: Redis,
    socket: Socket,
    writer: GatheredWriter,
    batch: WriteBatch,
  ) {
    this.address = address
    this.#redis = redis
    this.#socket = socket
    this.#writer = writer
    this.#batch = batch
    writer.onFlush = () => {
      this.#flushed = this.#written
    }
    writer.onCongestion = () => this.owner?.connectionChanged(this)
    // After ioredis's own listeners: it parses first, and fails its commands first.
    socket.on('data', () => {
      this.waitingSince = this.#batch.now()
      if (!this.isSilent) return
      this.isSilent = false
      this.owner?.connectionChanged(this)
    })
    socket.once('close', () => {
      this.#isClosed = true
      this.owner?.connectionClosed(this)
    })
  }

  get where(): string {
    return formatAddress(this.address)
  }

  /** Commands may be written now; otherwise they wait in the shard's queue. */
  get isWritable(): boolean {
    return this.#socket.writable && !this.#writer.isCongested
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Only while {@link isWritable}. The reply or the loss of the connection settles the command. */
  write(command: RoutedCommand): void {
    if (this.inFlight++ === 0) this.waitingSince = this.#batch.now()
    command.carrier = this
    command.writeIndex = this.#written++
    this.#redis.sendCommand(command)
  }

  /** False if the command never left the process. */
  hasSent(command: RoutedCommand): boolean {
    return command.writeIndex < this.#flushed
  }

  commandFailed(command: RoutedCommand, error: Error): void {
    if (this.owner === undefined) command.fail(error)
    else this.owner.commandFailed(command, error, this)
  }

  /**
   * Asks the node for its role on this connection. On an error, a `signal`, or silence for `timeout`
   * ms the connection is destroyed and the promise rejects with {@link ConnectionError}.
   */
  async role(signal: AbortSignal, timeout: number): Promise<NodeRole> {
    const giveUp = () => this.destroy()
    const timer = setTimeout(giveUp, timeout)
    signal.addEventListener('abort', giveUp)
    try {
      if (signal.aborted) giveUp()
      const [role] = (await this.#redis.role()) as [string]
      return { isMaster: role === 'master' }
    } catch (error) {
      this.destroy()
      const cause = withoutArguments(error)
      throw new ConnectionError(`No answer to ROLE from ${this.where}: ${cause.message}.`, {
        address: this.where,
        cause,
        retryable: true,
      })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** Closes at once. `connectionClosed` follows, after every command was failed. */
  destroy(): void {
    this.#socket.destroy()
  }
}
