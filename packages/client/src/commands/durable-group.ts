import { DurabilityError } from '../errors.js'
import type { Command, MemberReplies } from './command.js'
import { CommandGroup } from './command-group.js'

/** How many replicas must acknowledge a write, and how long that may take in ms. */
export interface Durability {
  readonly replicas: number
  readonly timeout: number
}

/**
 * A write, which may be a transaction, and the WAIT that counts its replicas. Answered with the reply of
 * the write.
 */
export class DurableGroup extends CommandGroup {
  readonly #write: Command
  readonly #durability: Durability

  constructor(write: Command, durability: Durability) {
    const { replicas, timeout } = durability
    super(
      write.info.name,
      write.effect,
      [...write.asMembers(), ['wait', [String(replicas), String(timeout)]]],
      write.policy,
    )
    this.timeout = write.timeout
    this.deadline = write.deadline
    this.#write = write
    this.#durability = durability
  }

  override outcomeOf(replies: MemberReplies): unknown | Error {
    const { name } = this.info
    const reply = this.#write.outcomeOf(replies.slice(0, -1))
    const reached = replies.at(-1)
    if (reply instanceof Error) return reply
    if (reached instanceof Error) {
      return new DurabilityError(`${name} was executed, but WAIT failed: ${reached.message}`, {
        mayHaveExecuted: true,
      })
    }
    const { replicas, timeout } = this.#durability
    if ((reached as number) >= replicas) return reply
    return new DurabilityError(
      `${name} was executed, but ${reached} of ${replicas} replicas acknowledged it within ${timeout} ms.`,
      { mayHaveExecuted: true },
    )
  }
}
