import type { Lane } from '../oracle/lane.js'
import type { Ledger } from '../oracle/ledger.js'
import { outcomes } from '../oracle/outcome.js'
import type { Subject } from '../subjects/subject.js'
import { defaultTimeout, type LoadPlan } from './load-plan.js'

const interval = 5
/** After a stall at most so many ms of load are made up for. */
const mostCatchUp = 50

const kinds = ['push', 'increment', 'read', 'echo'] as const
type Kind = (typeof kinds)[number]

/** Issues commands at a steady rate and writes down what comes of each. */
export class Load {
  readonly #subject: Subject
  readonly #ledger: Ledger
  readonly #rates: Readonly<Record<Kind, number>>
  readonly #timeout: number
  readonly #padding: string
  readonly #debts = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #last = 0
  #turn = 0
  #echoes = 0

  constructor(subject: Subject, ledger: Ledger, plan: LoadPlan) {
    this.#subject = subject
    this.#ledger = ledger
    this.#timeout = subject.hasDeadlines
      ? (plan.timeout ?? defaultTimeout)
      : Number.POSITIVE_INFINITY
    this.#padding = '.'.repeat(plan.padding ?? 0)
    this.#rates = {
      push: plan.pushes ?? 200,
      increment: plan.increments ?? 40,
      read: plan.reads ?? 60,
      echo: plan.echoes ?? 20,
    }
  }

  start(): void {
    this.#last = performance.now()
    this.#timer ??= setInterval(() => this.#tick(), interval)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  push(lane: Lane): void {
    const ticket = this.#ledger.open(lane.shard, 'RPUSH', this.#timeout)
    const id = lane.issue(ticket.issuedAt)
    settle(
      () => this.#subject.push(lane.list, `${id}${this.#padding}`),
      (reply) => {
        lane.settle(id, outcomes.acked, performance.now())
        this.#ledger.answered(ticket, true, complaintAboutCount(reply, lane.issuedAt.length))
      },
      (error) => lane.settle(id, this.#ledger.failed(ticket, error), performance.now()),
    )
  }

  increment(lane: Lane): void {
    const ticket = this.#ledger.open(lane.shard, 'INCR', this.#timeout)
    lane.increments.issued++
    settle(
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
    const ticket = this.#ledger.open(lane.shard, 'GET', this.#timeout)
    settle(
      () => this.#subject.read(lane.own),
      (reply) => this.#ledger.answered(ticket, false, complaintAboutText(reply, lane.value)),
      (error) => this.#ledger.failed(ticket, error),
    )
  }

  echo({ shard }: Lane): void {
    const text = `echo ${this.#echoes++}`
    const ticket = this.#ledger.open(shard, 'ECHO', this.#timeout)
    settle(
      () => this.#subject.echo(shard, text),
      (reply) => this.#ledger.answered(ticket, false, complaintAboutText(reply, text)),
      (error) => this.#ledger.failed(ticket, error),
    )
  }

  #tick(): void {
    const now = performance.now()
    const elapsed = Math.min(now - this.#last, mostCatchUp)
    this.#last = now
    for (const shard of this.#ledger.shards) {
      for (const kind of kinds) this.#issue(kind, shard, (this.#rates[kind] * elapsed) / 1000)
    }
  }

  #issue(kind: Kind, shard: string, share: number): void {
    const key = `${kind} ${shard}`
    const lanes = this.#ledger.lanesOf(shard)
    let debt = (this.#debts.get(key) ?? 0) + share
    for (; debt >= 1; debt--) this[kind](lanes[this.#turn++ % lanes.length]!)
    this.#debts.set(key, debt)
  }
}

/** A call that throws instead of returning a promise has failed as well. */
function settle(
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

/** RPUSH and INCR say how many there are: at least this one, at most all that were issued. */
function complaintAboutCount(reply: unknown, issued: number): string | undefined {
  if (typeof reply === 'number' && Number.isInteger(reply) && reply >= 1 && reply <= issued) {
    return undefined
  }
  return `${JSON.stringify(reply)} is no count from 1 to ${issued}`
}

function complaintAboutText(reply: unknown, expected: string): string | undefined {
  return reply === expected ? undefined : `${JSON.stringify(reply)} is not ${expected}`
}
