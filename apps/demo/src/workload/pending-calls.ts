/** A call whose promise is not settled. */
export interface PendingCall {
  /** When its promise must be settled at the latest, ms. */
  readonly deadline: number
}

/** The client keeps deadlines with a clock of this step, ms. */
const clientTick = 20
const allowed = 50

/**
 * Calls under way, and those whose promise was not settled in time: 50 ms after the deadline, plus
 * one tick of the client's clock.
 */
export class PendingCalls {
  readonly #calls = new Set<PendingCall>()
  readonly #overdue = new Set<PendingCall>()
  #suspects: PendingCall[] = []

  /** How many promises were not settled in time, settled later or not. */
  get unsettled(): number {
    return this.#overdue.size
  }

  /** No call is under way that could still be settled in time. */
  get isOver(): boolean {
    for (const call of this.#calls) if (!this.#overdue.has(call)) return false
    return true
  }

  begin(deadline: number): PendingCall {
    const call = { deadline }
    this.#calls.add(call)
    return call
  }

  end(call: PendingCall): void {
    this.#calls.delete(call)
  }

  /**
   * Looks for overdue calls. A call counts at the second look: after a stall of the whole process
   * this look may come before the client's own.
   */
  sweep(now: number): void {
    for (const call of this.#suspects) if (this.#calls.has(call)) this.#overdue.add(call)
    this.#suspects = [...this.#calls].filter((call) => now > call.deadline + allowed + clientTick)
  }
}
