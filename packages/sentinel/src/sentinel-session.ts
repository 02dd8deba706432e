import type { Address } from './address.js'
import { backoffDelay, pollDelay } from './backoff.js'
import { startDeadline } from './deadline.js'
import { SentinelTimeoutError } from './errors.js'
import { identityCommands, readIdentity } from './identity.js'
import { isDefinite } from './is-definite.js'
import { locateError } from './locate-error.js'
import { planPoll, readPoll } from './poll.js'
import type { ReadAddress } from './read-address.js'
import type { Runtime, Timer } from './runtime.js'
import { parseEvent, type SentinelEvent } from './sentinel-event.js'
import type { SentinelDialer, SentinelLink, SentinelReply } from './sentinel-link.js'
import type { SentinelReport } from './sentinel-report.js'

/** What all sessions of a watcher share. */
export interface SessionContext {
  readonly runtime: Runtime
  readonly dial: SentinelDialer
  readonly readAddress: ReadAddress
  readonly timeout: number
  readonly connectTimeout: number
  readonly pollInterval: number
  /** The masters to ask for; `undefined` while they are not decided: then all that it watches. */
  masterNames(): readonly string[] | undefined
}

export interface SessionListener {
  /**
   * It said who it is: `session.id`; `previousId` if it was another one before. `false`: another session is
   * connected to that Sentinel, and this one was sent to rest or closed.
   */
  onIdentified(session: SentinelSession, previousId: string | undefined): boolean
  onReport(session: SentinelSession, report: SentinelReport): void
  onEvent(session: SentinelSession, event: SentinelEvent): void
  /** It could not be reached, or was lost, or is of no use; it will be tried again. */
  onFailed(session: SentinelSession, error: Error): void
  /** A part of what it said cannot be used; the connection stays. */
  onProblem(session: SentinelSession, error: Error): void
}

/**
 * `resting`: the same Sentinel is connected through another session. `waiting`: for the next attempt.
 */
export type SessionState =
  | 'idle'
  | 'dialing'
  | 'identifying'
  | 'live'
  | 'waiting'
  | 'resting'
  | 'closed'

const moves: Record<SessionState, readonly SessionState[]> = {
  idle: ['dialing', 'closed'],
  dialing: ['identifying', 'waiting', 'resting', 'closed'],
  identifying: ['live', 'waiting', 'resting', 'closed'],
  live: ['waiting', 'closed'],
  waiting: ['dialing', 'resting', 'closed'],
  resting: ['dialing', 'closed'],
  closed: [],
}

/** Replicas and Sentinels are asked for when something changed, and in turn every so many polls. */
const pollsPerDetails = 10

export interface SessionTarget {
  readonly address: Address
  readonly isSeed: boolean
  /** As another Sentinel lists it. */
  readonly id: string | undefined
}

/** Keeps one connection to one Sentinel: connects, subscribes, asks once, then polls, and again. */
export class SentinelSession {
  readonly isSeed: boolean
  readonly #context: SessionContext
  readonly #listener: SessionListener
  #address: Address
  /** Where a seed's Sentinel is by what others say: tried in turn with the seed's own address. */
  #listedAddress: Address | undefined
  #dialedAddress: Address
  #state: SessionState = 'idle'
  #id: string | undefined
  #lastError: Error | undefined
  #verdict: Error | undefined
  #lastProblem: Error | undefined
  #hasReported = false
  #link: SentinelLink | undefined
  /** The next dial or the next poll. */
  #timer: Timer | undefined
  #deadline: Timer | undefined
  #attempt = 0
  #pollCount = 0
  #polling: Promise<void> | undefined
  #nextPoll: Promise<void> | undefined
  #ownNames: readonly string[] = []
  /** Events that came before it was clear that this session is the one for its Sentinel. */
  #earlyEvents: SentinelEvent[] = []
  readonly #due = new Set<string>()
  readonly #fingerprints = new Map<string, string>()
  /** Masters that an event named while a poll was under way: its answer may be of two minds. */
  readonly #disturbed = new Set<string>()
  readonly #closings = new Set<Promise<void>>()

  constructor(target: SessionTarget, context: SessionContext, listener: SessionListener) {
    this.isSeed = target.isSeed
    this.#address = target.address
    this.#dialedAddress = target.address
    this.#id = target.id
    this.#context = context
    this.#listener = listener
  }

  /** Of a seed: as it was given. */
  get address(): Address {
    return this.#address
  }

  get state(): SessionState {
    return this.#state
  }

  /** Whether it said who it is on this connection. */
  get isConnected(): boolean {
    return this.#state === 'live'
  }

  /** `SENTINEL MYID`, as it was last told here. */
  get id(): string | undefined {
    return this.#id
  }

  /** Why it is not connected, if it ever failed since it last answered. */
  get lastError(): Error | undefined {
    return this.#lastError
  }

  /** The last error since it answered that waiting does not cure, whatever came after it. */
  get verdict(): Error | undefined {
    return this.#verdict
  }

  /** What could not be used of its last answer. */
  get lastProblem(): Error | undefined {
    return this.#lastProblem
  }

  /** Whether its first attempt has led to something. */
  get isSettled(): boolean {
    return this.#hasReported || this.#lastError !== undefined || this.#state === 'resting'
  }

  /** Connects now, from any state in which it is not connected. */
  open(): void {
    this.#timer?.cancel()
    this.#move('dialing')
    const turnsAway = this.#attempt % 2 === 1
    this.#dialedAddress = (turnsAway ? this.#listedAddress : undefined) ?? this.#address
    const isCurrent = () => this.#link === link
    const link: SentinelLink = this.#context.dial(this.#dialedAddress, {
      onReady: () => {
        if (isCurrent()) void this.#identify(link)
      },
      onMessage: (channel, payload) => {
        if (isCurrent()) this.#hear(channel, payload)
      },
      onClosed: (error) => {
        if (isCurrent()) this.#lose(error)
      },
    })
    this.#link = link
    this.#expect(this.#context.connectTimeout, 'did not finish connecting', link)
  }

  /** Another session serves this Sentinel. */
  rest(): void {
    this.#drop()
    this.#move('resting')
  }

  /** Another Sentinel lists it at this address: the next attempts go there (of a seed: in turn). */
  listedAt(address: Address): void {
    if (this.isSeed) this.#listedAddress = address
    else if (!this.isConnected) this.#address = address
  }

  /**
   * Asks now. While a poll is under way, one more follows it, however often this is called.
   * Resolves when the answer was taken in, or is not to come.
   */
  refresh(): Promise<void> {
    if (this.#state !== 'live') return Promise.resolve()
    if (this.#polling === undefined) return this.#poll()
    this.#nextPoll ??= this.#polling.then(() => {
      this.#nextPoll = undefined
      return this.refresh()
    })
    return this.#nextPoll
  }

  /** Resolves when no socket and no timer is left. */
  async close(): Promise<void> {
    if (this.#state !== 'closed') {
      this.#drop()
      this.#move('closed')
    }
    await Promise.all(this.#closings)
  }

  #move(to: SessionState): void {
    if (!moves[this.#state].includes(to)) {
      throw new Error(`A Sentinel session cannot go from ${this.#state} to ${to}`)
    }
    this.#state = to
  }

  async #identify(link: SentinelLink): Promise<void> {
    this.#deadline?.cancel()
    this.#move('identifying')
    const replies = await this.#ask(link, identityCommands)
    if (replies === undefined) return
    const previousId = this.#id
    try {
      const { id, names } = readIdentity(replies)
      this.#id = id
      this.#ownNames = names
    } catch (error) {
      return this.#lose(error)
    }
    const isOtherSentinel = previousId !== undefined && previousId !== this.#id
    if (!this.#listener.onIdentified(this, isOtherSentinel ? previousId : undefined)) return
    this.#move('live')
    const events = this.#earlyEvents
    this.#earlyEvents = []
    this.#fingerprints.clear()
    for (const event of events) this.#listener.onEvent(this, event)
    await this.#poll()
  }

  #poll(): Promise<void> {
    this.#timer?.cancel()
    const link = this.#link
    if (link === undefined) return Promise.resolve()
    const polling = this.#pollOnce(link).then((isAgainDue) => {
      if (this.#polling === polling) this.#polling = undefined
      if (this.#link !== link) return
      if (isAgainDue) void this.refresh()
      else if (this.#nextPoll === undefined) this.#schedulePoll()
    })
    this.#polling = polling
    return polling
  }

  /** Whether it is to be asked again at once. */
  async #pollOnce(link: SentinelLink): Promise<boolean> {
    const names = this.#context.masterNames() ?? this.#ownNames
    const plan = planPoll(names, this.#takeDue(names))
    this.#disturbed.clear()
    const replies = await this.#ask(link, plan.commands)
    if (replies === undefined) return false
    let report: SentinelReport
    try {
      report = readPoll(plan, replies, this.#context.readAddress)
    } catch (error) {
      this.#lose(error)
      return false
    }
    this.#hasReported = true
    this.#lastError = undefined
    this.#verdict = undefined
    this.#attempt = 0
    this.#ownNames = [...report.masters.keys()]
    this.#noteDetails(report, plan.detailed)
    const problems = report.problems.map((problem) => locateError(problem, this.#dialedAddress))
    this.#lastProblem = problems[0]
    for (const problem of problems) this.#listener.onProblem(this, problem)
    this.#listener.onReport(this, this.#withoutDisturbed(report))
    return this.#due.size > 0 || this.#disturbed.size > 0
  }

  #schedulePoll(): void {
    const { runtime, pollInterval } = this.#context
    const delay = pollDelay(pollInterval, runtime.random())
    this.#timer = runtime.setTimer(() => void this.#poll(), delay)
  }

  #takeDue(names: readonly string[]): ReadonlySet<string> {
    const turn = this.#pollCount++ % pollsPerDetails
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

  #hear(channel: string, payload: string): void {
    let event: SentinelEvent | undefined
    try {
      event = parseEvent(channel, payload, this.#context.readAddress)
    } catch (error) {
      this.#listener.onProblem(this, locateError(error, this.#dialedAddress))
      void this.refresh()
      return
    }
    if (event === undefined) return
    if (this.#state !== 'live') {
      this.#earlyEvents.push(event)
      return
    }
    if (event.kind !== 'tilt') {
      if (this.#polling !== undefined) this.#disturbed.add(event.shard)
      this.#due.add(event.shard)
    }
    this.#listener.onEvent(this, event)
    void this.refresh()
  }

  /** The replies, or `undefined` when the link was lost meanwhile. */
  async #ask(
    link: SentinelLink,
    commands: readonly (readonly string[])[],
  ): Promise<readonly SentinelReply[] | undefined> {
    this.#expect(this.#context.timeout, 'did not answer', link)
    try {
      const replies = await link.request(commands)
      return this.#link === link ? replies : undefined
    } catch (error) {
      if (this.#link === link) this.#lose(error)
      return undefined
    } finally {
      if (this.#link === link) this.#deadline?.cancel()
    }
  }

  #expect(delay: number, whatIsMissing: string, link: SentinelLink): void {
    this.#deadline?.cancel()
    this.#deadline = startDeadline(this.#context.runtime, delay, () => {
      const { waitsFor } = link
      const detail = waitsFor === undefined ? '' : `: waiting for ${waitsFor}`
      const text = `${whatIsMissing} within ${delay} ms${detail}`
      this.#lose(new SentinelTimeoutError(text, { retryable: true }))
    })
  }

  #lose(reason: unknown): void {
    const error = locateError(reason, this.#dialedAddress)
    this.#drop()
    this.#lastError = error
    if (isDefinite(error)) this.#verdict = error
    this.#move('waiting')
    const { runtime } = this.#context
    const delay = backoffDelay(this.#attempt++, runtime.random())
    this.#timer = runtime.setTimer(() => this.open(), delay)
    this.#listener.onFailed(this, error)
  }

  #drop(): void {
    this.#timer?.cancel()
    this.#deadline?.cancel()
    this.#earlyEvents = []
    const link = this.#link
    this.#link = undefined
    if (link === undefined) return
    const closing = link.close().finally(() => this.#closings.delete(closing))
    this.#closings.add(closing)
  }
}
