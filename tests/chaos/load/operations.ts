import type { Book } from '../oracle/book.js'
import type { Lane } from '../oracle/lane.js'
import type { Ledger, Ticket } from '../oracle/ledger.js'
import { type Outcome, outcomes } from '../oracle/outcome.js'
import type { Subject } from '../subjects/subject.js'
import { complaintAboutCount, complaintAboutText } from './complaints.js'

/** Each asks for one thing and writes down what comes of it. */
export class Operations {
  readonly #subject: Subject
  readonly #ledger: Ledger
  readonly #timeout: number
  readonly #padding: string
  #echoes = 0

  /** @param timeout ms in which each promise must settle */
  constructor(subject: Subject, ledger: Ledger, timeout: number, padding: number) {
    this.#subject = subject
    this.#ledger = ledger
    this.#timeout = timeout
    this.#padding = '.'.repeat(padding)
  }

  push(lane: Lane): void {
    const ticket = this.#open(lane, 'RPUSH')
    const id = lane.pushes.issue(ticket.issuedAt)
    this.#settle(
      () => this.#subject.push(lane.list, this.#valueOf(id)),
      (reply) => this.#pushed(ticket, lane, id, complaintAboutCount(reply, lane.pushes.length)),
      (error) => settleIn(lane.pushes, id, this.#ledger.failed(ticket, error)),
    )
  }

  set(lane: Lane): void {
    const ticket = this.#open(lane, 'HSET')
    const id = lane.sets.issue(ticket.issuedAt)
    this.#settle(
      () => this.#subject.set!(lane.hash, `${id}`, `set ${id}`),
      (reply) => {
        // 0 where the first of two attempts was executed, and its reply lost.
        const isCount = reply === 0 || reply === 1
        const complaint = isCount ? undefined : `${JSON.stringify(reply)} is no reply to HSET`
        settleIn(lane.sets, id, outcomes.acked)
        this.#ledger.answered(ticket, true, complaint)
      },
      (error) => settleIn(lane.sets, id, this.#ledger.failed(ticket, error)),
    )
  }

  increment(lane: Lane): void {
    const ticket = this.#open(lane, 'INCR')
    lane.increments.issued++
    this.#settle(
      () => this.#subject.increment(lane.counter),
      (reply) => {
        lane.increments.acked++
        this.#ledger.answered(ticket, true, complaintAboutCount(reply, lane.increments.issued))
      },
      (error) => {
        const outcome = this.#ledger.failed(ticket, error)
        lane.increments[outcome === outcomes.refused ? 'refused' : 'unknown']++
      },
    )
  }

  read(lane: Lane): void {
    const ticket = this.#open(lane, 'GET')
    this.#settle(
      () => this.#subject.read(lane.own),
      (reply) => this.#ledger.answered(ticket, false, complaintAboutText(reply, lane.value)),
      (error) => this.#ledger.failed(ticket, error),
    )
  }

  echo(lane: Lane): void {
    const text = `echo ${this.#echoes++}`
    const ticket = this.#open(lane, 'ECHO')
    this.#settle(
      () => this.#subject.echo(lane.shard, text),
      (reply) => this.#ledger.answered(ticket, false, complaintAboutText(reply, text)),
      (error) => this.#ledger.failed(ticket, error),
    )
  }

  /** Both pushes or none. */
  transaction(lane: Lane): void {
    const ticket = this.#open(lane, 'MULTI')
    const id = lane.pushes.issue(ticket.issuedAt)
    lane.transactions.add(id)
    this.#settle(
      () => this.#subject.transact!(lane.list, lane.mirror, this.#valueOf(id)),
      (reply) => {
        const [first, second] = entriesOf(reply, 2)
        const complaint =
          complaintAboutCount(first?.[1], lane.pushes.length) ??
          complaintAboutCount(second?.[1], lane.pushes.length)
        this.#pushed(ticket, lane, id, complaint)
      },
      (error) => settleIn(lane.pushes, id, this.#ledger.failed(ticket, error)),
    )
  }

  /** Three commands, each with its own fate. */
  batch(lane: Lane): void {
    const tickets = ['RPUSH', 'GET', 'RPUSH'].map((name) => this.#open(lane, name))
    const ids = [tickets[0]!, tickets[2]!].map(({ issuedAt }) => lane.pushes.issue(issuedAt))
    const failed = (i: number, error: unknown) => {
      const outcome = this.#ledger.failed(tickets[i]!, error)
      if (i !== 1) settleIn(lane.pushes, ids[i / 2]!, outcome)
    }
    const answered = (i: number, reply: unknown) => {
      if (i === 1) {
        this.#ledger.answered(tickets[1]!, false, complaintAboutText(reply, lane.value))
      } else {
        const complaint = complaintAboutCount(reply, lane.pushes.length)
        this.#pushed(tickets[i]!, lane, ids[i / 2]!, complaint)
      }
    }
    const values = ids.map((id) => this.#valueOf(id)) as [string, string]
    this.#settle(
      () => this.#subject.batch!(lane.list, lane.own, values),
      (reply) => {
        for (const [i, [error, one]] of entriesOf(reply, 3).entries()) {
          if (error === null) answered(i, one)
          else failed(i, error)
        }
      },
      (error) => {
        for (const i of tickets.keys()) failed(i, error)
      },
    )
  }

  #open({ shard }: Lane, command: string): Ticket {
    return this.#ledger.open(shard, command, this.#timeout)
  }

  #valueOf(id: number): string {
    return `${id}${this.#padding}`
  }

  #pushed(ticket: Ticket, { pushes }: Lane, id: number, complaint: string | undefined): void {
    settleIn(pushes, id, outcomes.acked)
    this.#ledger.answered(ticket, true, complaint)
  }

  /** A call that throws instead of returning a promise has failed as well. */
  #settle(
    call: () => Promise<unknown>,
    onReply: (reply: unknown) => void,
    onError: (error: unknown) => void,
  ): void {
    let promise: Promise<unknown>
    try {
      promise = call()
    } catch (error) {
      onError(error)
      return
    }
    promise.then(onReply, onError)
  }
}

function settleIn(book: Book, id: number, outcome: Outcome): void {
  book.settle(id, outcome, performance.now())
}

/** `[[error, reply], ...]`; what is not there has got an error. */
function entriesOf(reply: unknown, count: number): (readonly [unknown, unknown])[] {
  const entries = Array.isArray(reply) ? (reply as (readonly [unknown, unknown])[]) : []
  return Array.from(
    { length: count },
    (_, i) => entries[i] ?? [new Error(`No reply number ${i} in ${JSON.stringify(reply)}`), null],
  )
}
