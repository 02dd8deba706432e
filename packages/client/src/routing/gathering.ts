import { RawCommand } from '../commands/raw-command.js'
import type { RoutedCommand } from '../commands/routed-command.js'
import type { PartialFailureError, ShardResult } from '../errors.js'
import type { Shard } from '../shard/shard.js'
import type { Join, PartPlace } from './join.js'
import { partialFailureError } from './routing-errors.js'

/** What one shard gets of a command. */
export interface Part extends PartPlace {
  readonly shard: Pick<Shard, 'name' | 'send'>
  readonly args: readonly unknown[]
}

/**
 * One command that several shards execute. It settles when every part is settled, each by its own
 * deadline and fate: with the joined reply, or with a {@link PartialFailureError} that holds what
 * became of each part.
 */
export class Gathering {
  readonly #command: RoutedCommand
  readonly #parts: readonly Part[]
  readonly #join: Join
  readonly #oneSuffices: boolean
  readonly #replies: unknown[] = []
  readonly #errors: (Error | undefined)[] = []
  readonly #sent: RawCommand[]
  #unsettled: number

  /** @param oneSuffices the command is answered if at least one part is */
  constructor(command: RoutedCommand, parts: readonly Part[], join: Join, oneSuffices = false) {
    this.#command = command
    this.#parts = parts
    this.#join = join
    this.#oneSuffices = oneSuffices
    this.#unsettled = parts.length
    const { name, info, policy } = command
    const encoding = this.#isDecodedByPart ? encodingOf(command) : null
    this.#sent = parts.map(({ args }, part) =>
      new RawCommand(
        name,
        info,
        args,
        policy,
        {
          resolve: (reply) => this.#partReplied(part, reply),
          reject: (error) => this.#partFailed(part, error),
        },
        encoding,
      ).inTimeOf(command),
    )
    command.parts = this.#sent
  }

  send(): void {
    for (let i = 0; i < this.#parts.length; i++) this.#parts[i]!.shard.send(this.#sent[i]!)
  }

  /** Joins of keys put values together, whatever they are; others look into names. */
  get #isDecodedByPart(): boolean {
    return this.#command.info.route.to === 'split'
  }

  #partReplied(part: number, reply: unknown): void {
    this.#replies[part] = reply
    this.#partSettled()
  }

  #partFailed(part: number, error: Error): void {
    this.#errors[part] = error
    this.#partSettled()
  }

  #partSettled(): void {
    if (--this.#unsettled > 0) return
    const failed = this.#errors.filter((error) => error !== undefined).length
    const isAnswered = failed === 0 || (this.#oneSuffices && failed < this.#parts.length)
    if (isAnswered) this.#answer()
    else this.#command.fail(this.#failure())
  }

  #answer(): void {
    let reply: unknown
    try {
      reply = this.#join(
        this.#replies.filter((_, part) => this.#errors[part] === undefined),
        this.#parts,
      )
    } catch (error) {
      this.#command.fail(error as Error)
      return
    }
    this.#command.resolve(reply as Buffer)
  }

  #failure(): Error {
    const [first] = this.#errors
    // A refusal that does not depend on the shard is told as one master would tell it.
    const isSame = this.#parts.every((_, part) => this.#errors[part]?.message === first?.message)
    if (first !== undefined && isSame) return first
    return partialFailureError(
      this.#command,
      this.#parts.map(({ shard, positions }, part): ShardResult => {
        const where =
          positions === undefined ? { shard: shard.name } : { shard: shard.name, positions }
        const reason = this.#errors[part]
        return reason === undefined
          ? { ...where, status: 'fulfilled', value: decode(this.#replies[part], this.#command) }
          : { ...where, status: 'rejected', reason }
      }),
    )
  }
}

/** Buffers to strings, if that is what the call asked for. */
function decode(reply: unknown, command: RoutedCommand): unknown {
  const replyEncoding = encodingOf(command)
  if (replyEncoding === null) return reply
  if (Buffer.isBuffer(reply)) return reply.toString(replyEncoding)
  return Array.isArray(reply) ? reply.map((item) => decode(item, command)) : reply
}

function encodingOf(command: RoutedCommand): BufferEncoding | null {
  return (command as unknown as { replyEncoding: BufferEncoding | null }).replyEncoding
}
