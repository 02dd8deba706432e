import type { CallPolicy } from './call-policy.js'
import type { CommandInfo } from './command-info.js'
import { decodeReply } from './decode-reply.js'
import { RoutedCommand } from './routed-command.js'

/** Who gets the reply as the server sent it, or the error. One of the two is called, once. */
export interface ReplyReceiver {
  resolve(reply: unknown, command: RawCommand): void
  reject(error: Error, command: RawCommand): void
}

/**
 * A command of which nothing is transformed: not the arguments, which are strings and buffers with
 * their prefixes, and not the reply. It has no promise; the receiver is told.
 */
export class RawCommand extends RoutedCommand {
  /** @internal */
  readonly receiver: ReplyReceiver
  /** Which part of a whole it is. */
  readonly part: number

  constructor(
    name: string,
    info: CommandInfo,
    args: readonly unknown[],
    policy: CallPolicy,
    receiver: ReplyReceiver,
    replyEncoding: BufferEncoding | null = null,
    part = 0,
  ) {
    // Under its name the argument transformer would be called.
    super(info, [], policy, replyEncoding, undefined, undefined, '')
    this.name = name
    this.args = args as typeof this.args
    this.stringifyArguments()
    this.receiver = receiver
    this.part = part
  }

  /** Part of `whole`: it has no more time than that. */
  inTimeOf(whole: RoutedCommand): this {
    this.timeout = whole.timeout
    this.deadline = whole.deadline
    return this
  }

  override answer(reply: unknown): void {
    super.answer(decodeReply(reply, this.encoding))
  }

  override transformReply(reply: Buffer | Buffer[]): Buffer | Buffer[] {
    return reply
  }
}

/** In place of what `RoutedCommand` gives each command of its own: a promise and its two functions. */
for (const [name, value] of Object.entries({
  initPromise() {},
  settleResolve(this: RawCommand, reply: unknown) {
    this.receiver.resolve(reply, this)
  },
  settleReject(this: RawCommand, error: Error) {
    this.receiver.reject(error, this)
  },
})) {
  Object.defineProperty(RawCommand.prototype, name, { value, writable: true, configurable: true })
}
