import type { Ledger } from '../oracle/ledger.js'
import type { Subject } from '../subjects/subject.js'
import { defaultTimeout, type LoadPlan } from './load-plan.js'
import { Operations } from './operations.js'

const interval = 5
/** After a stall at most so many ms of load are made up for. */
const mostCatchUp = 50

type Kind = 'push' | 'increment' | 'read' | 'echo' | 'set' | 'transaction' | 'batch'

/** Issues commands at a steady rate, whether they are answered or not. */
export class Load {
  readonly #operations: Operations
  readonly #ledger: Ledger
  readonly #rates: readonly (readonly [Kind, perSecond: number])[]
  readonly #debts = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #last = 0
  #turn = 0

  constructor(subject: Subject, ledger: Ledger, plan: LoadPlan) {
    this.#ledger = ledger
    const timeout = subject.hasDeadlines ? (plan.timeout ?? defaultTimeout) : Infinity
    this.#operations = new Operations(subject, ledger, timeout, plan.padding ?? 0)
    this.#rates = [
      ['push', plan.pushes ?? 200],
      ['increment', plan.increments ?? 40],
      ['read', plan.reads ?? 60],
      ['echo', plan.echoes ?? 20],
      ['set', subject.set === undefined ? 0 : (plan.sets ?? 0)],
      ['transaction', subject.transact === undefined ? 0 : (plan.transactions ?? 10)],
      ['batch', subject.batch === undefined ? 0 : (plan.batches ?? 10)],
    ]
  }

  start(): void {
    this.#last = performance.now()
    this.#timer ??= setInterval(() => this.#tick(), interval)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** So many pushes at once, over all lanes. */
  burst(count: number): void {
    const { lanes } = this.#ledger
    for (let i = 0; i < count; i++) this.#operations.push(lanes[i % lanes.length]!)
  }

  #tick(): void {
    const now = performance.now()
    const elapsed = Math.min(now - this.#last, mostCatchUp)
    this.#last = now
    for (const shard of this.#ledger.shards) {
      for (const [kind, rate] of this.#rates) this.#issue(kind, shard, (rate * elapsed) / 1000)
    }
  }

  #issue(kind: Kind, shard: string, share: number): void {
    const key = `${kind} ${shard}`
    const lanes = this.#ledger.lanesOf(shard)
    let debt = (this.#debts.get(key) ?? 0) + share
    for (; debt >= 1; debt--) this.#operations[kind](lanes[this.#turn++ % lanes.length]!)
    this.#debts.set(key, debt)
  }
}
