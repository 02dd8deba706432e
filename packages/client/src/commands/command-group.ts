import { Command, type Redis } from 'ioredis'
import type { CallPolicy } from './call-policy.js'
import type { CommandEffect } from './command-effect.js'
import { commandInfo } from './command-info.js'
import { type Destination, RoutedCommand } from './routed-command.js'

/** One command on the wire of a group: made anew for each time the group is written. */
export type GroupMember = readonly [name: string, args: readonly (string | Buffer)[]]

/** The reply of each member, or its error. */
export type MemberReplies = readonly (unknown | Error)[]

/**
 * Several commands that must be written together, with nothing between them, on one connection:
 * MULTI to EXEC, or a write and its WAIT. For queues, deadlines and retries it is one command; it is
 * answered when its last member is.
 */
export abstract class CommandGroup extends RoutedCommand {
  readonly #members: readonly GroupMember[]
  readonly #groupEffect: CommandEffect

  constructor(
    name: string,
    effect: CommandEffect,
    members: readonly GroupMember[],
    policy: CallPolicy,
    destination?: Destination,
  ) {
    super(
      { ...commandInfo('multi'), route: { to: 'keys' }, name, effect },
      // Counted by the queue; written are the members.
      members.flatMap(([, args]) => args),
      policy,
      null,
      undefined,
      undefined,
    )
    this.destination = destination
    this.#members = members
    this.#groupEffect = effect
  }

  override get effect(): CommandEffect {
    return this.#groupEffect
  }

  override asMembers(): readonly GroupMember[] {
    return this.#members
  }

  override writeTo(redis: Redis): void {
    const replies: (unknown | Error)[] = []
    this.#members.forEach(([name, args], i) => {
      // Under its name the argument transformer would be called, a second time.
      const command = new Command('', [...args], { replyEncoding: null })
      command.name = name
      const isLast = i === this.#members.length - 1
      const settle = (reply: unknown | Error) => {
        replies[i] = reply
        if (isLast) this.#settle(replies)
      }
      // Not through the promise: a microtask later the connection may already be reported closed.
      command.resolve = settle
      command.reject = settle
      redis.sendCommand(command)
    })
  }

  /**
   * What the replies mean: the group's result, or the error that stands for all of it. An error with
   * a refusal (READONLY, LOADING, ...) is one of the group: nothing of it was executed.
   */
  abstract override outcomeOf(replies: MemberReplies): unknown | Error

  #settle(replies: MemberReplies): void {
    const lost = replies.find((reply) => reply instanceof Error && reply.name !== 'ReplyError')
    const outcome = lost ?? this.outcomeOf(replies)
    if (outcome instanceof Error) this.reject(outcome)
    else this.resolve(outcome)
  }
}
