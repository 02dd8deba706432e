import type { PendingReply } from './pending-reply.js'

/**
 * A request that pushes answer, such as SUBSCRIBE: settled by the last of them, or by a reply like any
 * other request.
 */
export class ConfirmedRequest implements PendingReply {
  readonly wantsText: boolean
  readonly #pending: PendingReply
  readonly #kind: string
  #due: number

  constructor(name: string, pending: PendingReply, pushes: number) {
    if (!(pushes >= 1)) throw new RangeError(`${name} is answered by at least one push`)
    this.wantsText = pending.wantsText
    this.#pending = pending
    this.#kind = name.toLowerCase()
    this.#due = pushes
  }

  /**
   * Counts a push that confirms it. The kind of the push is the name of the command; a server ends
   * subscriptions by itself as well, and that confirms nothing.
   *
   * @returns whether it was the last that is due
   */
  isSettledBy([kind]: readonly unknown[]): boolean {
    if (!Buffer.isBuffer(kind) || kind.toString('latin1') !== this.#kind) return false
    return --this.#due === 0
  }

  onReply(reply: unknown): void {
    this.#pending.onReply(reply)
  }

  onError(error: Error): void {
    this.#pending.onError(error)
  }
}
