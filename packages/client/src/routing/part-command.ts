import { RoutedCommand } from '../commands/routed-command.js'

/** Hears of the parts of a command, of each once. */
export interface PartOwner {
  partReplied(part: number, reply: unknown): void
  partFailed(part: number, error: Error): void
}

/**
 * What one shard executes of a command that several shards execute. To the shard it is a command like
 * any other; not its promise is settled, but its owner told, with the reply as the server sent it.
 */
export class PartCommand extends RoutedCommand {
  /** @param args of the whole command: transformed, with prefixed keys, as strings and buffers */
  constructor(whole: RoutedCommand, args: readonly unknown[], owner: PartOwner, part: number) {
    // Under its name the argument transformer would be called a second time.
    super(whole.info, [], whole.policy, null, undefined, undefined, '')
    this.name = whole.name
    this.args = args as typeof this.args
    this.stringifyArguments()
    this.settleResolve = (reply) => owner.partReplied(part, reply)
    this.settleReject = (error) => owner.partFailed(part, error)
  }

  override transformReply(reply: Buffer | Buffer[]): Buffer | Buffer[] {
    return reply
  }
}
