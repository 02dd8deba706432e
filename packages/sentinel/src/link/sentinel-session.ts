import { isIP } from 'node:net'
import type { Address, Timer } from '@disredis/connection'
import {
  NotASentinelError,
  SentinelAuthError,
  SentinelTimeoutError,
  SentinelTlsError,
} from '../errors.js'
import { isLoopback } from '../protocol/host-and-port.js'
import { identityCommands, readIdentity } from '../protocol/identity.js'
import type { SentinelReply } from '../protocol/read-reply.js'
import { parseEvent, type SentinelEvent } from '../protocol/sentinel-event.js'
import type { SentinelReport } from '../protocol/sentinel-report.js'
import { backoffDelay } from './backoff.js'
import { startDeadline } from './deadline.js'
import { locateError } from './locate-error.js'
import { Poller, type PollerContext } from './poller.js'
import { sentinelLinks } from './sentinel-channel.js'
import type { SentinelDialer, SentinelLink } from './sentinel-link.js'
import { checkMove, type SessionState } from './session-state.js'

/** What all sessions of a watcher share. */
export interface SessionContext extends PollerContext {
  readonly dial: SentinelDialer
  /** ms. */
  readonly timeout: number
  /** ms. */
  readonly connectTimeout: number
}

export interface SessionListener {
  /**
   * It said who it is: `session.id`; `previousId` if it was another one before. `false`: another session is
   * connected to that Sentinel, and this one was suspended or closed.
   */
  onIdentified(session: SentinelSession, previousId: string | undefined): boolean
  onReport(session: SentinelSession, report: SentinelReport): void
  onEvent(session: SentinelSession, event: SentinelEvent): void
  /** It could not be reached, or was lost, or is of no use; it will be tried again. */
  onFailed(session: SentinelSession, error: Error): void
  /** A part of what it said cannot be used; the connection stays. */
  onProblem(session: SentinelSession, error: Error): void
}

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
  #reportedOn: SentinelLink | undefined
  /** There is one while the session is connected. */
  #poller: Poller | undefined
  /** The next attempt. */
  #timer: Timer | undefined
  #deadline: Timer | undefined
  #attempt = 0
  /** Events that came before it was clear that this session is the one for its Sentinel. */
  #earlyEvents: SentinelEvent[] = []
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
    return this.#state === 'connected'
  }

  /** Whether it has described its masters on this connection: what is held of it is fresh. */
  get isAnswering(): boolean {
    return this.isConnected && this.#reportedOn === this.#link
  }

  /** `SENTINEL MYID`, as it last answered here. */
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
    return this.#hasReported || this.#lastError !== undefined || this.#state === 'suspended'
  }

  /** Connects now, from any state in which it is not connected. */
  open(): void {
    this.#timer?.cancel()
    const turnsAway = this.#attempt % 2 === 1
    this.#dialedAddress = (turnsAway ? this.#listedAddress : undefined) ?? this.#address
    this.#move('connecting')
    const isCurrent = () => this.#link === link
    const link: SentinelLink = this.#context.dial(this.#dialedAddress, {
      onReady: () => {
        if (isCurrent()) void this.#identify(link)
      },
      onMessage: (channel, payload) => {
        if (isCurrent()) this.#onMessage(channel, payload)
      },
      onClosed: (error) => {
        if (isCurrent()) this.#fail(error)
      },
    })
    this.#link = link
    this.#expect(this.#context.connectTimeout, 'did not finish connecting', link)
  }

  /** It is said to answer: an attempt of before may hang for long, and the next may be far off. */
  redial(): void {
    if (this.#state === 'connecting') {
      this.#disconnect()
      this.#move('backoff')
    }
    if (this.#state !== 'backoff') return
    this.#attempt = 0
    this.open()
  }

  /** Another session serves this Sentinel. */
  suspend(): void {
    this.#disconnect()
    this.#move('suspended')
  }

  /** Another Sentinel lists it at this address: the next attempts go there (of a seed: in turn). */
  listedAt(address: Address): void {
    if (this.isSeed) this.#listedAddress = address
    else if (!this.isConnected) this.#address = address
  }

  /** Asks now, if it is connected. Resolves when the answer was taken in, or is not to come. */
  refresh(): Promise<void> {
    return this.#poller?.refresh() ?? Promise.resolve()
  }

  /** Resolves when no socket and no timer is left. */
  async close(): Promise<void> {
    if (this.#state !== 'closed') {
      this.#disconnect()
      this.#move('closed')
    }
    await Promise.all(this.#closings)
  }

  #move(to: SessionState): void {
    checkMove(this.#state, to)
    this.#state = to
    if (!sentinelLinks.hasSubscribers) return
    sentinelLinks.publish({
      sentinel: this.#dialedAddress,
      id: this.#id,
      kind: 'state',
      state: to,
      error: to === 'backoff' ? this.#lastError : undefined,
    })
  }

  async #identify(link: SentinelLink): Promise<void> {
    this.#deadline?.cancel()
    this.#move('identifying')
    const replies = await this.#ask(link, identityCommands)
    if (replies === undefined) return
    const previousId = this.#id
    let names: readonly string[]
    try {
      const identity = readIdentity(replies)
      this.#id = identity.id
      names = identity.names
    } catch (error) {
      return this.#fail(error)
    }
    const isOtherSentinel = previousId !== undefined && previousId !== this.#id
    if (!this.#listener.onIdentified(this, isOtherSentinel ? previousId : undefined)) return
    this.#move('connected')
    const { host } = this.#dialedAddress
    this.#poller = new Poller(names, this.#context, {
      isRemote: isIP(host) !== 0 && !isLoopback(host),
      ask: (commands) => this.#ask(link, commands),
      onReport: (report) => this.#onReport(report),
      onUseless: (error) => this.#fail(error),
    })
    const events = this.#earlyEvents
    this.#earlyEvents = []
    for (const event of events) this.#listener.onEvent(this, event)
    await this.refresh()
  }

  #onReport(report: SentinelReport): void {
    this.#reportedOn = this.#link
    this.#hasReported = true
    this.#lastError = undefined
    this.#verdict = undefined
    this.#attempt = 0
    const problems = report.problems.map((problem) => locateError(problem, this.#dialedAddress))
    this.#lastProblem = problems[0]
    for (const problem of problems) this.#listener.onProblem(this, problem)
    this.#listener.onReport(this, report)
  }

  #onMessage(channel: string, payload: string): void {
    let event: SentinelEvent | undefined
    try {
      event = parseEvent(channel, payload, this.#context.readAddress)
    } catch (error) {
      this.#listener.onProblem(this, locateError(error, this.#dialedAddress))
      void this.refresh()
      return
    }
    if (event === undefined) return
    if (sentinelLinks.hasSubscribers) {
      const sentinel = this.#dialedAddress
      sentinelLinks.publish({ sentinel, id: this.#id, kind: 'event', event })
    }
    if (this.#poller === undefined) {
      this.#earlyEvents.push(event)
      return
    }
    this.#poller.onEvent(event)
    this.#listener.onEvent(this, event)
    void this.refresh()
  }

  /** The replies, or `undefined` when the link was lost meanwhile. */
  async #ask(
    link: SentinelLink,
    commands: readonly (readonly string[])[],
  ): Promise<readonly SentinelReply[] | undefined> {
    const { timeout } = this.#context
    this.#expect(timeout + (link.roundTrip ?? 0), 'did not answer', link)
    try {
      const replies = await link.request(commands)
      return this.#link === link ? replies : undefined
    } catch (error) {
      if (this.#link === link) this.#fail(error)
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
      this.#fail(new SentinelTimeoutError(text, { retryable: true }))
    })
  }

  #fail(reason: unknown): void {
    const error = locateError(reason, this.#dialedAddress)
    this.#disconnect()
    this.#lastError = error
    if (isDefinite(error)) this.#verdict = error
    this.#move('backoff')
    const { runtime } = this.#context
    const delay = backoffDelay(this.#attempt++, runtime.random())
    this.#timer = runtime.setTimer(() => this.open(), delay)
    this.#listener.onFailed(this, error)
  }

  #disconnect(): void {
    this.#timer?.cancel()
    this.#deadline?.cancel()
    this.#poller?.stop()
    this.#poller = undefined
    this.#earlyEvents = []
    const link = this.#link
    this.#link = undefined
    if (link === undefined) return
    const closing = link.close().finally(() => this.#closings.delete(closing))
    this.#closings.add(closing)
  }
}

/** Whether a Sentinel's error is one that waiting does not cure. */
function isDefinite(error: Error): boolean {
  return (
    error instanceof NotASentinelError ||
    error instanceof SentinelAuthError ||
    error instanceof SentinelTlsError
  )
}
