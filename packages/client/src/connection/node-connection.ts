import {
  type Address,
  type Connection,
  type Dialled,
  formatAddress,
  type Request,
  type Runtime,
} from '@disredis/connection'
import type { Command, ReplyHold } from '../commands/command.js'
import { dialError } from './dial-error.js'
import { LateReplies } from './late-replies.js'
import type { ConnectionOwner, NodeRole, ShardConnection } from './shard-connection.js'

/** In one packet. A node that loads its data answers the one and refuses the other. */
export const roleRequests: readonly Request[] = [['ROLE'], ['PING']]

/** ms beyond the way there and back, after which replies may be read in another order than they came in. */
const shortestPause = 10

/** A {@link ShardConnection} that was dialled: its handshake has asked for the role. */
export class NodeConnection implements ShardConnection {
  readonly wire: Connection
  readonly db: number
  readonly id: number
  readonly roundTrip: number
  /** To what was asked in the handshake besides the role: the answer, or its error. */
  readonly extraReply: unknown
  isSilent = false
  owner: ConnectionOwner | undefined
  /** Gets pushes, in the order of the wire. */
  onPush: ((items: readonly unknown[]) => void) | undefined
  readonly #runtime: Runtime
  #failoverHold: ReplyHold | undefined
  #lateReplies: LateReplies | undefined
  #roleOfHandshake: readonly unknown[] | undefined

  constructor({ connection, handshake }: Dialled, db: number, runtime: Runtime) {
    this.wire = connection
    this.db = db
    this.id = handshake.id
    this.roundTrip = handshake.roundTrip
    this.#runtime = runtime
    this.#roleOfHandshake = handshake.replies
    this.extraReply = handshake.replies[roleRequests.length]
    connection.listener = {
      onPush: (items) => this.onPush?.(items),
      onChunk: (silence) => {
        if (silence > this.roundTrip + shortestPause) this.#holdLateReplies()
      },
      onBytes: () => {
        if (!this.isSilent) return
        this.isSilent = false
        this.owner?.connectionChanged(this)
      },
      onCongestion: () => this.owner?.connectionChanged(this),
      onClose: () => this.owner?.connectionClosed(this),
    }
  }

  get replyHold(): ReplyHold | undefined {
    return this.#failoverHold ?? this.#lateReplies
  }

  set replyHold(hold: ReplyHold | undefined) {
    this.#failoverHold = hold
    // A failover was heard of after they were read: they are of a master that is being replaced.
    if (hold !== undefined) this.#settleLateReplies()
  }

  #holdLateReplies(): void {
    if (this.replyHold !== undefined) return
    const late = new LateReplies()
    this.#lateReplies = late
    // What is readable already is read in this turn of the event loop or in the next one.
    this.#runtime.afterIo(() =>
      this.#runtime.afterIo(() => {
        if (late === this.#lateReplies) this.#settleLateReplies()
      }),
    )
  }

  #settleLateReplies(): void {
    const late = this.#lateReplies
    this.#lateReplies = undefined
    late?.settle()
  }

  get address(): Address {
    return this.wire.address
  }

  get where(): string {
    return formatAddress(this.address)
  }

  get inFlight(): number {
    return this.wire.inFlight
  }

  get waitingSince(): number {
    return this.wire.waitingSince
  }

  get bytesUnderWay(): number {
    return this.wire.bytesUnderWay
  }

  get isWritable(): boolean {
    return this.wire.isWritable
  }

  get isCongested(): boolean {
    return this.wire.isCongested && !this.wire.isClosed
  }

  get isClosed(): boolean {
    return this.wire.isClosed
  }

  hasSent(command: Command): boolean {
    return this.wire.hasLeft(command.position)
  }

  commandFailed(command: Command, error: Error): void {
    if (this.owner === undefined) command.fail(error)
    else this.owner.commandFailed(command, error, this)
  }

  async role(signal: AbortSignal, timeout: number): Promise<NodeRole> {
    const said = this.#roleOfHandshake
    this.#roleOfHandshake = undefined
    const giveUp = () => this.destroy()
    const timer = this.#runtime.setTimer(giveUp, timeout)
    signal.addEventListener('abort', giveUp)
    try {
      if (signal.aborted) giveUp()
      return said === undefined ? await this.askRole() : readRole(said)
    } catch (error) {
      this.destroy()
      throw dialError(this.address, error)
    } finally {
      timer.cancel()
      signal.removeEventListener('abort', giveUp)
    }
  }

  touch(): void {
    this.wire.touch()
  }

  destroy(): void {
    this.wire.destroy()
  }

  async askRole(): Promise<NodeRole> {
    const replies = await Promise.allSettled(
      roleRequests.map(([name, ...args]) => this.wire.request(name, ...args)),
    )
    return readRole(replies.map((it) => (it.status === 'fulfilled' ? it.value : it.reason)))
  }

  ask(name: string, ...args: readonly string[]): Promise<unknown> {
    return this.wire.request(name, ...args)
  }
}

/** @param replies to {@link roleRequests}: `["master", offset, [...]]` or `["slave", host, port, state, offset]` */
function readRole([role, ping]: readonly unknown[]): NodeRole {
  if (role instanceof Error) throw role
  if (!Array.isArray(role)) throw new Error('The reply to ROLE is not a list')
  const isMaster = role[0] === 'master'
  return {
    isMaster,
    isLoading: ping instanceof Error && ping.message.startsWith('LOADING'),
    isLinkedReplica: role[0] === 'slave' && role[3] === 'connected',
    offset: Number(isMaster ? role[1] : role[4]),
    replicas: isMaster && Array.isArray(role[2]) ? role[2].map(readReplica) : [],
  }
}

function readReplica([host, port, offset]: readonly unknown[]): NodeRole['replicas'][number] {
  return { address: { host: String(host), port: Number(port) }, offset: Number(offset) }
}
