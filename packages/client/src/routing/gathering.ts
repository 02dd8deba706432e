import type { Join, PartPlace } from '../catalog/join.js'
import type { Command } from '../commands/command.js'
import { decodeReply } from '../commands/decode-reply.js'
import { RawCommand, type ReplyReceiver } from '../commands/raw-command.js'
import type { PartialFailureError, ShardResult } from '../errors.js'
import type { RouteTarget } from './route-target.js'
import { partialFailureError } from './routing-errors.js'

/** What one shard gets of a command. */
export interface Part extends PartPlace {
  readonly shard: Pick<RouteTarget, 'name' | 'send'>
  readonly args: unknown[]
}

/**
 * One command that several shards execute. It settles when every part is settled, each by its own
 * deadline and fate: with the joined reply, or with a {@link PartialFailureError} that holds what
 * became of each part.
 */
export class Gathering implements ReplyReceiver {
  readonly #command: Command
  readonly #parts: readonly Part[]
  readonly #join: Join
  readonly #oneSuffices: boolean
  readonly #replies: unknown[]
  /** Of the parts that failed. */
  #errors: (Error | undefined)[] | undefined
  #unsettled: number

  /** @param oneSuffices the command is answered if at least one part is */
  constructor(command: Command, parts: readonly Part[], join: Join, oneSuffices = false) {
    this.#command = command
    this.#parts = parts
    this.#join = join
    this.#oneSuffices = oneSuffices
    this.#replies = new Array(parts.length)
    this.#unsettled = parts.length
  }

  send(): void {
    const { name, info, policy } = this.#command
    const encoding = this.#isDecodedByPart ? this.#command.encoding : null
    const commands = this.#parts.map(({ args }, part) =>
      new RawCommand(name, info, args, policy, this, encoding, part).inTimeOf(this.#command),
    )
    this.#command.parts = commands
    // A part may fail at once, and end the whole.
    for (const command of commands) this.#parts[command.part]!.shard.send(command)
  }

  resolve(reply: unknown, { part }: RawCommand): void {
    this.#replies[part] = reply
    this.#partSettled()
  }

  reject(error: Error, { part }: RawCommand): void {
    this.#errors ??= new Array(this.#parts.length)
    this.#errors[part] = error
    this.#partSettled()
  }

  /** Joins of keys put values together, whatever they are; others look into names. */
  get #isDecodedByPart(): boolean {
    return this.#command.info.route.to === 'split'
  }

  #partSettled(): void {
    if (--this.#unsettled > 0) return
    const errors = this.#errors
    if (errors === undefined) {
      this.#answer(this.#replies)
      return
    }
    const answered = this.#replies.filter((_, part) => errors[part] === undefined)
    if (this.#oneSuffices && answered.length > 0) this.#answer(answered)
    else this.#command.fail(this.#failure(errors))
  }

  #answer(replies: readonly unknown[]): void {
    let reply: unknown
    try {
      reply = this.#join(replies, this.#parts)
    } catch (error) {
      this.#command.fail(error as Error)
      return
    }
    if (this.#isDecodedByPart) this.#command.answer(reply)
    else this.#command.answerEncoded(reply)
  }

  #failure(errors: readonly (Error | undefined)[]): Error {
    const [first] = errors
    // A refusal that does not depend on the shard is told as one master would tell it.
    const isSame = this.#parts.every((_, part) => errors[part]?.message === first?.message)
    if (first !== undefined && isSame) return first
    return partialFailureError(
      this.#command,
      this.#parts.map(({ shard, positions }, part): ShardResult => {
        const where =
          positions === undefined ? { shard: shard.name } : { shard: shard.name, positions }
        const reason = errors[part]
        return reason === undefined
          ? {
              ...where,
              status: 'fulfilled',
              value: decodeReply(this.#replies[part], this.#command.encoding),
            }
          : { ...where, status: 'rejected', reason }
      }),
    )
  }
}
