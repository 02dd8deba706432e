import type { CallPolicy } from './call-policy.js'
import type { CommandInfo } from './command-info.js'
import { RoutedCommand } from './routed-command.js'

/** Who gets the reply as the server sent it, or the error. One of the two is called, once. */
export interface ReplyReceiver {
  resolve(reply: unknown): void
  reject(error: Error): void
}

/**
 * A command of which nothing is transformed: not the arguments, which are strings and buffers with
 * their prefixes, and not the reply. Its promise is never settled; the receiver is told.
 */
export class RawCommand extends RoutedCommand {
  constructor(
    name: string,
    info: CommandInfo,
    args: readonly unknown[],
    policy: CallPolicy,
    receiver: ReplyReceiver,
    replyEncoding: BufferEncoding | null = null,
  ) {
    // Under its name the argument transformer would be called.
    super(info, [], policy, replyEncoding, undefined, undefined, '')
    this.name = name
    this.args = args as typeof this.args
    this.stringifyArguments()
    this.settleResolve = (reply) => receiver.resolve(reply)
    this.settleReject = (error) => receiver.reject(error)
  }

  /** Part of `whole`: it has no more time than that. */
  inTimeOf(whole: RoutedCommand): this {
    this.timeout = whole.timeout
    this.deadline = whole.deadline
    return this
  }

  override transformReply(reply: Buffer | Buffer[]): Buffer | Buffer[] {
    return reply
  }
}
