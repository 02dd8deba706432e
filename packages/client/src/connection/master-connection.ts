import type { Socket } from 'node:net'
import { type Address, formatAddress } from '@disredis/sentinel'
import type { Redis } from 'ioredis'
import type { CommandCarrier, RoutedCommand } from '../commands/routed-command.js'
import { dialError } from './dial-error.js'
import type { GatheredWriter } from './gathered-writer.js'
import type { ConnectionOwner, NodeRole, ShardConnection } from './shard-connection.js'
import type { WriteBatch } from './write-batch.js'

/** A {@link ShardConnection} over ioredis and a socket that was dialled for it. */
export class MasterConnection implements ShardConnection, CommandCarrier {
  readonly address: Address
  inFlight = 0
  waitingSince = 0
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

  /** For what is not a command with a reply: subscriptions. */
  get redis(): Redis {
    return this.#redis
  }

  get where(): string {
    return formatAddress(this.address)
  }

  get isWritable(): boolean {
    return this.#socket.writable && !this.#writer.isCongested
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  write(command: RoutedCommand): void {
    if (this.inFlight++ === 0) this.waitingSince = this.#batch.now()
    command.carrier = this
    command.writeIndex = this.#written++
    command.writeTo(this.#redis)
  }

  hasSent(command: RoutedCommand): boolean {
    return command.writeIndex < this.#flushed
  }

  commandFailed(command: RoutedCommand, error: Error): void {
    if (this.owner === undefined) command.fail(error)
    else this.owner.commandFailed(command, error, this)
  }

  async role(signal: AbortSignal, timeout: number): Promise<NodeRole> {
    const giveUp = () => this.destroy()
    const timer = setTimeout(giveUp, timeout)
    signal.addEventListener('abort', giveUp)
    try {
      if (signal.aborted) giveUp()
      // In one packet. A node that loads its data answers the one and refuses the other.
      const [role, isLoading] = await Promise.all([this.#redis.role(), this.#refusesAsLoading()])
      return { ...readRole(role as unknown[]), isLoading }
    } catch (error) {
      this.destroy()
      throw dialError(this.address, error)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Any other error says nothing of that: a lost connection fails ROLE, too. */
  #refusesAsLoading(): Promise<boolean> {
    return this.#redis.ping().then(
      () => false,
      (error: Error) => error.message.startsWith('LOADING'),
    )
  }
}

/** `["master", offset, [...]]` or `["slave", host, port, state, offset]`. */
function readRole(reply: readonly unknown[]): Omit<NodeRole, 'isLoading'> {
  const [role] = reply
  return {
    isMaster: role === 'master',
    isLinkedReplica: role === 'slave' && reply[3] === 'connected',
    offset: Number(role === 'master' ? reply[1] : reply[4]),
  }
}
