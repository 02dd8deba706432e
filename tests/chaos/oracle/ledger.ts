import type { Lane } from './lane.js'
import { errorClass, type Outcome, outcomeOf } from './outcome.js'

export interface LateSettlement {
  readonly command: string
  readonly deadline: number
  readonly settledAt: number
}

/** ms past its deadline after which a promise counts as late. */
export const lateness = 50

/** A command under way. */
export interface Ticket {
  readonly shard: string
  readonly command: string
  readonly issuedAt: number
  /** When its promise must be settled; Infinity where nobody promised that. */
  readonly deadline: number
}

const mostComplaints = 100

/** All that was asked of a client, and what came of it. Times are those of `performance.now()`. */
export class Ledger {
  readonly lanes: readonly Lane[]
  readonly shards: readonly string[]
  /** Errors by shard and class. */
  readonly errors = new Map<string, Map<string, number>>()
  /** Errors by command, whatever the shard. */
  readonly failedCommands = new Map<string, number>()
  /** One error of each class, for the reader of a failed run. */
  readonly errorSamples = new Map<string, Error>()
  /** Replies that cannot be those of their commands. */
  readonly wrong: string[] = []
  readonly late: LateSettlement[] = []
  readonly #pending = new Set<Ticket>()
  readonly #acks = new Map<string, number>()
  readonly #lanesOf: ReadonlyMap<string, readonly Lane[]>

  constructor(lanes: readonly Lane[]) {
    this.lanes = lanes
    this.shards = [...new Set(lanes.map(({ shard }) => shard))]
    this.#lanesOf = new Map(
      this.shards.map((shard) => [shard, lanes.filter((lane) => lane.shard === shard)]),
    )
  }

  get pending(): ReadonlySet<Ticket> {
    return this.#pending
  }

  lanesOf(shard: string): readonly Lane[] {
    return this.#lanesOf.get(shard) ?? []
  }

  /** Acknowledged writes of the shard. */
  acks(shard: string): number {
    return this.#acks.get(shard) ?? 0
  }

  open(shard: string, command: string, timeout: number): Ticket {
    const issuedAt = performance.now()
    const ticket = { shard, command, issuedAt, deadline: issuedAt + timeout }
    this.#pending.add(ticket)
    return ticket
  }

  /** A reply came; `complaint` says why it cannot be the reply to that command. */
  answered(ticket: Ticket, isWrite: boolean, complaint: string | undefined): void {
    this.#close(ticket)
    if (complaint !== undefined && this.wrong.length < mostComplaints) {
      this.wrong.push(`${ticket.command} on ${ticket.shard}: ${complaint}`)
    }
    if (isWrite) this.#acks.set(ticket.shard, this.acks(ticket.shard) + 1)
  }

  /** @returns what the error says of the command. */
  failed(ticket: Ticket, error: unknown): Outcome {
    this.#close(ticket)
    const name = errorClass(error)
    const classes = this.errors.get(ticket.shard) ?? new Map<string, number>()
    this.errors.set(ticket.shard, classes.set(name, (classes.get(name) ?? 0) + 1))
    const { command } = ticket
    this.failedCommands.set(command, (this.failedCommands.get(command) ?? 0) + 1)
    if (!this.errorSamples.has(name) && error instanceof Error) this.errorSamples.set(name, error)
    return outcomeOf(error)
  }

  /** How long the oldest command has waited by now, in ms. */
  oldestPending(now: number): number {
    // A Set iterates in the order of insertion.
    for (const { issuedAt } of this.#pending) return now - issuedAt
    return 0
  }

  #close(ticket: Ticket): void {
    this.#pending.delete(ticket)
    const settledAt = performance.now()
    if (settledAt > ticket.deadline + lateness) {
      this.late.push({ command: ticket.command, deadline: ticket.deadline, settledAt })
    }
  }
}
