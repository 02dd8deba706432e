import type { Command, ReplyHold } from '../commands/command.js'

/**
 * Replies to writes that came after a pause in which nothing was read. If it was this process that paused,
 * what the Sentinels said meanwhile may be read after them though it came before them: they are settled
 * when all that had arrived was read.
 */
export class LateReplies implements ReplyHold {
  readonly #replies: { readonly command: Command; readonly reply: unknown }[] = []

  hold(command: Command, reply: unknown): void {
    this.#replies.push({ command, reply })
  }

  /** In their order, each as if it came now. */
  settle(): void {
    for (const { command, reply } of this.#replies.splice(0)) command.onReply(reply)
  }
}
