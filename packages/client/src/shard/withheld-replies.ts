import { ConnectionLostError } from '@disredis/connection'
import type { Command, CommandCarrier, ReplyHold } from '../commands/command.js'

interface Withheld {
  /** Counts what was ever withheld here. */
  readonly sequence: number
  readonly command: Command
  readonly reply: unknown
  readonly carrier: CommandCarrier | undefined
  /** The master's replication offset when the write had been executed, or a later one. */
  offset: number | undefined
}

/**
 * Replies to writes of a master that is being replaced. From the beginning of a failover to its end such
 * a reply proves nothing: the promoted node may lack the write. It is withheld until it is
 *
 * - proven: the replica that is promoted has acknowledged the offset of the write, or the master stays
 *   master: the caller gets the reply;
 * - refuted: another node serves, and nothing proved that it has the write: the outcome is unknown.
 *
 * In the order in which they came; each is settled once. A command whose time is over meanwhile was
 * rejected by then, and nothing of this concerns it.
 */
export class WithheldReplies implements ReplyHold {
  #replies: Withheld[] = []
  #count = 0

  get isEmpty(): boolean {
    return this.#replies.length === 0
  }

  /** How many were ever withheld here. */
  get count(): number {
    return this.#count
  }

  hold(command: Command, reply: unknown): void {
    const { carrier } = command
    this.#replies.push({ sequence: this.#count++, command, reply, carrier, offset: undefined })
  }

  /**
   * The master was at `offset` of its replication stream.
   *
   * @param covered {@link count} when it was asked: these writes had been executed before, and so were
   * all whose reply came on `carrier`, which it was asked on
   */
  stamp(offset: number, covered: number, carrier: CommandCarrier): void {
    for (const it of this.#replies) {
      const isCovered = it.sequence < covered || it.carrier === carrier
      if (it.offset === undefined && isCovered) it.offset = offset
    }
  }

  /** The replica that is promoted has everything up to `offset`. */
  prove(offset: number): void {
    const isProven = (it: Withheld) => it.offset !== undefined && it.offset <= offset
    const proven = this.#replies.filter(isProven)
    this.#replies = this.#replies.filter((it) => !isProven(it))
    for (const { command, reply } of proven) command.accept(reply)
  }

  /** The master stays master. */
  release(): void {
    for (const { command, reply } of this.#replies.splice(0)) command.accept(reply)
  }

  /** Another node serves, or it is not known who will. */
  refute(): void {
    for (const { command } of this.#replies.splice(0)) {
      command.onError(
        new ConnectionLostError(
          'The reply came from a master that was being replaced; nothing proved that the new one has the write.',
        ),
      )
    }
  }
}
