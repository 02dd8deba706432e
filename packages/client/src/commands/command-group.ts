import type { PendingReply } from '@disredis/connection'
import type { CommandEffect } from '../catalog/command-effect.js'
import { commandInfo } from '../catalog/command-info.js'
import type { CallPolicy } from './call-policy.js'
import { Command, type GroupMember, type MemberReplies, type Wire } from './command.js'

/**
 * Several commands that must be written together, with nothing between them, on one connection:
 * MULTI to EXEC, or a write and its WAIT. For queues, deadlines and retries it is one command; it is
 * answered when its last member is.
 */
export abstract class CommandGroup extends Command {
  readonly #members: readonly GroupMember[]
  readonly #groupEffect: CommandEffect

  constructor(
    name: string,
    effect: CommandEffect,
    members: readonly GroupMember[],
    policy: CallPolicy,
  ) {
    super(
      {
        ...commandInfo('multi'),
        route: { to: 'keys' },
        name,
        effect,
        runsScript: commandInfo(name).runsScript,
      },
      // Counted by the queue; written are the members.
      members.flatMap(([, args]) => args),
      policy,
      null,
      undefined,
      undefined,
    )
    this.#members = members
    this.#groupEffect = effect
  }

  override get effect(): CommandEffect {
    return this.#groupEffect
  }

  override asMembers(): readonly GroupMember[] {
    return this.#members
  }

  /** The position of the first member: what of a group has left may have an effect. */
  protected override send(wire: Wire): number {
    const replies: (unknown | Error)[] = []
    const lastIndex = this.#members.length - 1
    const positions = this.#members.map(([name, args], i) => {
      const settle = (reply: unknown | Error) => {
        replies[i] = reply
        if (i === lastIndex) this.#settle(replies)
      }
      const pending: PendingReply = { wantsText: false, onReply: settle, onError: settle }
      return wire.send(name, args, pending)
    })
    return positions[0]!
  }

  /**
   * What the replies mean: the group's result, or the error that stands for all of it. An error with
   * a refusal (READONLY, LOADING, ...) is one of the group: nothing of it was executed.
   */
  abstract override outcomeOf(replies: MemberReplies): unknown | Error

  #settle(replies: MemberReplies): void {
    const lost = replies.find((reply) => reply instanceof Error && reply.name !== 'ReplyError')
    const outcome = lost ?? this.outcomeOf(replies)
    if (outcome instanceof Error) this.onError(outcome)
    else this.onReply(outcome)
  }
}
