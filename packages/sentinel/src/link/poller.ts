import type { Runtime, Timer } from '@disredis/connection'
import { type PollPlan, planPoll, readPoll } from '../protocol/poll.js'
import type { ReadAddress } from '../protocol/read-address.js'
import type { SentinelReply } from '../protocol/read-reply.js'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { SentinelReport } from '../protocol/sentinel-report.js'
import { pollDelay } from './backoff.js'

export interface PollerContext {
  readonly runtime: Runtime
  readonly readAddress: ReadAddress
  /** ms. */
  readonly pollInterval: number
  /** The masters to ask for; `undefined` while they are not decided: then all that it watches. */
  masterNames(): readonly string[] | undefined
}

export interface PollerHost {
  /** The Sentinel is on another machine, as far as its address tells. */
  readonly isRemote: boolean
  /** The replies, or `undefined` when the link was lost: the poller is stopped then. */
  ask(commands: PollPlan['commands']): Promise<readonly SentinelReply[] | undefined>
  onReport(report: SentinelReport): void
  /** The answer as a whole is of no use; the poller is to be stopped. */
  onUseless(error: unknown): void
}

/** Replicas and Sentinels are asked for when something changed, and in turn every so many polls. */
const pollsPerDetails = 10

/** Asks one connected Sentinel again and again: at once when asked to, else when it is time. */
export class Poller {
  readonly #context: PollerContext
  readonly #host: PollerHost
  #ownNames: readonly string[]
  #isStopped = false
  #timer: Timer | undefined
  #count = 0
  #current: Promise<void> | undefined
  #next: Promise<void> | undefined
  /** Masters whose replicas and Sentinels are to be asked for. */
  readonly #due = new Set<string>()
  readonly #fingerprints = new Map<string, string>()
  /** Masters that an event named while a poll was under way: its answer may be of two minds. */
  readonly #disturbed = new Set<string>()
  #isListDisturbed = false

  /** @param names the masters that the Sentinel watches */
  constructor(names: readonly string[], context: PollerContext, host: PollerHost) {
    this.#ownNames = names
    this.#context = context
    this.#host = host
  }

  /**
   * Asks now. While a poll is under way, one more follows it, however often this is called.
   * Resolves when the answer was taken in, or is not to come.
   */
  refresh(): Promise<void> {
    if (this.#isStopped) return Promise.resolve()
    if (this.#current === undefined) return this.#poll()
    this.#next ??= this.#current.then(() => {
      this.#next = undefined
      return this.refresh()
    })
    return this.#next
  }

  /** The Sentinel published something: what it answers to a question of before may contradict it. */
  onEvent(event: SentinelEvent): void {
    if (event.kind === 'tilt') return
    this.#due.add(event.shard)
    if (this.#current === undefined) return
    this.#disturbed.add(event.shard)
    if (event.kind === 'masterMonitored' || event.kind === 'masterUnmonitored') {
      this.#isListDisturbed = true
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  #poll(): Promise<void> {
    this.#timer?.cancel()
    this.#current = this.#askOnce().then((isAgainDue) => {
      this.#current = undefined
      if (this.#isStopped) return
      if (isAgainDue) void this.refresh()
      else if (this.#next === undefined) this.#schedule()
    })
    return this.#current
  }

  /** Whether it is to be asked again at once. */
  async #askOnce(): Promise<boolean> {
    const names = this.#context.masterNames() ?? this.#ownNames
    const plan = planPoll(names, this.#takeDue(names))
    this.#disturbed.clear()
    this.#isListDisturbed = false
    const replies = await this.#host.ask(plan.commands)
    if (replies === undefined) return false
    let report: SentinelReport
    try {
      report = readPoll(plan, replies, this.#context.readAddress, this.#host.isRemote)
    } catch (error) {
      this.#host.onUseless(error)
      return false
    }
    if (this.#isListDisturbed) return true
    this.#ownNames = [...report.masters.keys()]
    this.#noteDetails(report, plan.detailed)
    this.#host.onReport(this.#withoutDisturbed(report))
    return this.#due.size > 0 || this.#disturbed.size > 0
  }

  #schedule(): void {
    const { runtime, pollInterval } = this.#context
    const delay = pollDelay(pollInterval, runtime.random())
    this.#timer = runtime.setTimer(() => void this.#poll(), delay)
  }

  #takeDue(names: readonly string[]): ReadonlySet<string> {
    const turn = this.#count++ % pollsPerDetails
    const due = names.filter(
      (name, index) =>
        index % pollsPerDetails === turn || this.#due.has(name) || !this.#fingerprints.has(name),
    )
    this.#due.clear()
    return new Set(due)
  }

  /** Masters of which something changed since their replicas and Sentinels were asked for are due. */
  #noteDetails(report: SentinelReport, detailed: ReadonlySet<string>): void {
    for (const [name, { claim, fingerprint }] of report.masters) {
      if (claim === undefined) continue
      if (!detailed.has(name) && this.#fingerprints.get(name) !== fingerprint) this.#due.add(name)
      this.#fingerprints.set(name, fingerprint)
    }
  }

  #withoutDisturbed(report: SentinelReport): SentinelReport {
    if (this.#disturbed.size === 0) return report
    const masters = new Map(report.masters)
    for (const name of this.#disturbed) {
      const master = masters.get(name)
      if (master !== undefined) masters.set(name, { ...master, claim: undefined })
    }
    return { ...report, masters }
  }
}
