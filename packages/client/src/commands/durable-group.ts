import { DurabilityError } from '../errors.js'
import { CommandGroup, type MemberReplies } from './command-group.js'
import type { Destination, RoutedCommand } from './routed-command.js'

/** How many replicas must acknowledge a write, and how long that may take in ms. */
export interface Durability {
  readonly replicas: number
  readonly timeout: number
}

/** A write and the WAIT that counts its replicas. Answered with the reply of the write. */
export class DurableGroup extends CommandGroup {
  readonly #name: string
  readonly #durability: Durability

  constructor(write: RoutedCommand, durability: Durability, destination: Destination) {
    const { replicas, timeout } = durability
    super(
      write.info.name,
      write.effect,
      [write.asMember(), ['wait', [String(replicas), String(timeout)]]],
      write.policy,
      destination,
    )
    this.members = [write]
    this.#name = write.info.name
    this.#durability = durability
  }

  protected override outcome([reply, reached]: MemberReplies): unknown | Error {
    if (reply instanceof Error) return reply
    if (reached instanceof Error) {
      return new DurabilityError(
        `${this.#name} was executed, but WAIT failed: ${reached.message}`,
        {
          mayHaveExecuted: true,
        },
      )
    }
    const { replicas, timeout } = this.#durability
    if ((reached as number) >= replicas) return reply
    return new DurabilityError(
      `${this.#name} was executed, but ${reached} of ${replicas} replicas acknowledged it within ${timeout} ms.`,
      { mayHaveExecuted: true },
    )
  }
}
