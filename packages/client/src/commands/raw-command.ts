import type { CommandInfo } from '../catalog/command-info.js'
import type { CallPolicy } from './call-policy.js'
import { Command, type CommandCarrier, type Wire } from './command.js'
import { commandChannel } from './trace-command.js'

/** Who gets the reply as the server sent it, or the error. One of the two is called, once. */
export interface ReplyReceiver {
  resolve(reply: unknown, command: RawCommand): void
  reject(error: Error, command: RawCommand): void
}

/**
 * A command of which nothing is transformed: not the arguments, which are strings and buffers with
 * their prefixes, and not the reply. It has no promise; the receiver is told.
 */
export class RawCommand extends Command {
  readonly receiver: ReplyReceiver
  /** Which part of a whole it is. */
  readonly part: number
  #isPromised = false

  constructor(
    name: string,
    info: CommandInfo,
    args: unknown[],
    policy: CallPolicy,
    receiver: ReplyReceiver,
    encoding: 'utf8' | null = null,
    part = 0,
  ) {
    // Under its name the arguments would be transformed.
    super(info, args, policy, encoding, undefined, undefined, '')
    this.name = name
    this.receiver = receiver
    this.part = part
  }

  /** Part of `whole`: it has no more time than that. */
  inTimeOf(whole: Command): this {
    this.timeout = whole.timeout
    this.deadline = whole.deadline
    return this
  }

  protected override transformReply(reply: unknown): unknown {
    return reply
  }

  /** Nobody needs a promise but those who trace commands. */
  protected override makePromise(): void {}

  override writeTo(wire: Wire, carrier: CommandCarrier): void {
    const isPromised: boolean = this.promise !== undefined
    if (commandChannel.hasSubscribers && !isPromised) {
      super.makePromise(undefined)
      this.promise.catch(() => {})
      this.#isPromised = true
    }
    super.writeTo(wire, carrier)
  }

  protected override settle(reply: unknown): void {
    if (this.#isPromised) super.settle(reply)
    this.receiver.resolve(reply, this)
  }

  protected override settleError(error: Error): void {
    if (this.#isPromised) super.settleError(error)
    this.receiver.reject(error, this)
  }
}
