import type { Address } from '@disredis/connection'
import type { Command, CommandCarrier, ReplyHold, Wire } from '../commands/command.js'

/** What a connection tells the shard that owns it. */
export interface ConnectionOwner {
  /** A command got an error reply, or its connection was lost before the reply. */
  commandFailed(command: Command, error: Error, connection: ShardConnection): void
  /** The socket is closed and every command it carried has been settled or handed back. */
  connectionClosed(connection: ShardConnection): void
  /** It became or ceased to be congested, or it answers after a silence. */
  connectionChanged(connection: ShardConnection): void
}

/** What a node says of itself: to `ROLE`, and to `PING` if it loads its data. */
export interface NodeRole {
  readonly isMaster: boolean
  /** It would refuse commands: its data is not in memory yet. */
  readonly isLoading: boolean
  /** A replica whose link to its master works. */
  readonly isLinkedReplica: boolean
  /** Bytes of the replication stream. */
  readonly offset: number
  /** Of a master: those that are connected, as it knows them, and how much of its stream each has. */
  readonly replicas: readonly { readonly address: Address; readonly offset: number }[]
}

/**
 * One connection to one node, after its handshake. It is one generation: a shard replaces it, it
 * never reconnects, and what it says after it was replaced concerns only its own commands.
 */
export interface ShardConnection extends CommandCarrier {
  readonly address: Address
  /** `host:port` */
  readonly where: string
  /** Where commands write themselves to: see {@link Command.writeTo}. */
  readonly wire: Wire
  /** Replies that have not arrived, those of commands that timed out included. */
  readonly inFlight: number
  /** Since when the oldest reply has been awaited without a byte received; of use while inFlight > 0. */
  readonly waitingSince: number
  /** The server's number of this connection: `CLIENT LIST ID`. */
  readonly id: number
  /** ms that the way there and back takes, as the handshake took it: silence that is shorter is none. */
  readonly roundTrip: number
  /** Bytes of large requests that are not answered: see {@link Connection.bytesUnderWay}. */
  readonly bytesUnderWay: number
  /** Commands may be written now; otherwise they wait in the shard's queue. */
  readonly isWritable: boolean
  /** More bytes wait to leave than are worth gathering. */
  readonly isCongested: boolean
  readonly isClosed: boolean
  /** Set by the owner's verdict, cleared by the next byte. */
  isSilent: boolean
  /** Set while the node is being replaced: it gets the replies to writes. May be another one otherwise. */
  replyHold: ReplyHold | undefined
  owner: ConnectionOwner | undefined
  /** False if the command never left the process. */
  hasSent(command: Command): boolean
  /**
   * The node's role: at first what it said in the handshake, then what it answers when it is asked. On an
   * error, an abort, or silence for `timeout` ms the connection is destroyed and the promise rejects with
   * `ConnectionError`.
   */
  role(signal: AbortSignal, timeout: number): Promise<NodeRole>
  /** Asks for the role, behind what was written. Rejects if it is refused or the connection is lost. */
  askRole(): Promise<NodeRole>
  /** Asks something that is no caller's command. Rejects as {@link askRole} does. */
  ask(name: string, ...args: readonly string[]): Promise<unknown>
  /** A sign of life behind a command that waits on the server: see {@link Connection.touch}. */
  touch(): void
  /** Closes at once. `connectionClosed` follows, after every command was failed. */
  destroy(): void
}
