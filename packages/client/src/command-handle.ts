import type { CallPolicy } from './commands/call-policy.js'
import type { CommandInfo } from './commands/command-info.js'
import { type Commands, type CommandTarget, installCommands } from './commands/command-surface.js'
import { type CommandCallback, RoutedCommand } from './commands/routed-command.js'

export type Send = (command: RoutedCommand) => void

/** The commands of a client, sent another way: under another policy, or to one shard. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: installCommands defines every command
export class CommandHandle implements CommandTarget {
  readonly #policy: CallPolicy
  readonly #keyPrefix: string | undefined
  readonly #send: Send

  constructor(policy: CallPolicy, keyPrefix: string | undefined, send: Send) {
    this.#policy = policy
    this.#keyPrefix = keyPrefix
    this.#send = send
  }

  /** @internal */
  issue(
    info: CommandInfo,
    args: unknown[],
    replyEncoding: BufferEncoding | null,
    callback: CommandCallback | undefined,
  ): Promise<unknown> {
    const command = new RoutedCommand(
      info,
      args,
      this.#policy,
      replyEncoding,
      this.#keyPrefix,
      callback,
    )
    this.#send(command)
    return command.promise
  }
}

export interface CommandHandle extends Commands {}

installCommands(CommandHandle.prototype)
