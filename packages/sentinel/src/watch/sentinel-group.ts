import { type Address, isSameAddress } from '@disredis/connection'
import { SentinelSession, type SessionContext } from '../link/sentinel-session.js'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { ListedSentinel, SentinelReport } from '../protocol/sentinel-report.js'

export interface GroupListener {
  onReport(session: SentinelSession, report: SentinelReport): void
  onEvent(session: SentinelSession, event: SentinelEvent): void
  onFailed(session: SentinelSession, error: Error): void
  onProblem(session: SentinelSession, error: Error): void
  /** A Sentinel is not to be counted any longer: it vanished, or has another id now. */
  onForgotten(id: string): void
  /** Who is connected, or who is known, is other than before. */
  onChanged(): void
}

/** A Sentinel that is gone and that no other one lists is forgotten after so many ms. */
const forgetAfter = 30_000

/**
 * The Sentinels of one deployment: the seeds, and those that Sentinels list. One connection to each,
 * however many names and addresses it has: who it is, is its `SENTINEL MYID`.
 */
export class SentinelGroup {
  readonly #context: SessionContext
  readonly #listener: GroupListener
  readonly #sessions = new Set<SentinelSession>()
  /** What each connected Sentinel lists, by its id and by master. */
  readonly #lists = new Map<string, Map<string, readonly ListedSentinel[]>>()
  readonly #lastListed = new Map<SentinelSession, number>()
  readonly #closings = new Set<Promise<void>>()

  constructor(seeds: readonly Address[], context: SessionContext, listener: GroupListener) {
    this.#context = context
    this.#listener = listener
    for (const address of seeds) this.#add(address)
  }

  open(): void {
    for (const session of this.#sessions) session.open()
  }

  /** One session per Sentinel, and one per seed that has not said yet who it is. */
  get members(): readonly SentinelSession[] {
    return [...this.#sessions].filter(({ state }) => state !== 'suspended')
  }

  /** How many Sentinels are known by their id, connected or not. */
  get voters(): number {
    return new Set(this.members.flatMap(({ id }) => id ?? [])).size
  }

  /** Every Sentinel that is known was tried, and has answered or failed. */
  get isSettled(): boolean {
    return this.members.every(({ isSettled }) => isSettled)
  }

  /** Resolves when every connected Sentinel has answered anew or failed to. */
  async refresh(): Promise<void> {
    await Promise.all(this.members.map((session) => session.refresh()))
  }

  /** Resolves when no socket and no timer is left. */
  async close(): Promise<void> {
    for (const session of this.#sessions) this.#discard(session)
    await Promise.all(this.#closings)
  }

  #add(address: Address, listedId?: string): SentinelSession {
    const isSeed = listedId === undefined
    const session = new SentinelSession({ address, isSeed, id: listedId }, this.#context, {
      onIdentified: (self, previousId) => this.#onIdentified(self, previousId),
      onReport: (self, report) => this.#onReport(self, report),
      onEvent: (self, event) => this.#listener.onEvent(self, event),
      onProblem: (self, error) => this.#listener.onProblem(self, error),
      onFailed: (self, error) => this.#onFailed(self, error),
    })
    this.#sessions.add(session)
    this.#lastListed.set(session, this.#context.runtime.now())
    return session
  }

  #discard(session: SentinelSession): void {
    this.#sessions.delete(session)
    this.#lastListed.delete(session)
    const closing = session.close().finally(() => this.#closings.delete(closing))
    this.#closings.add(closing)
  }

  /** Seeds are kept, since their names may lead elsewhere one day. */
  #suspend(session: SentinelSession): void {
    if (session.isSeed) session.suspend()
    else this.#discard(session)
  }

  #sessionsOf(id: string | undefined): SentinelSession[] {
    return [...this.#sessions].filter((session) => id !== undefined && session.id === id)
  }

  #onIdentified(session: SentinelSession, previousId: string | undefined): boolean {
    if (previousId !== undefined && this.#sessionsOf(previousId).length === 0) {
      this.#forget(previousId)
    }
    const others = this.#sessionsOf(session.id).filter((other) => other !== session)
    if (others.some(({ isConnected }) => isConnected)) {
      this.#suspend(session)
      this.#listener.onChanged()
      return false
    }
    for (const other of others) if (other.state !== 'suspended') this.#suspend(other)
    return true
  }

  #onReport(session: SentinelSession, report: SentinelReport): void {
    const lists = this.#lists.get(session.id!) ?? new Map()
    for (const name of lists.keys()) if (!report.masters.has(name)) lists.delete(name)
    for (const [name, { sentinels }] of report.masters) {
      if (sentinels !== undefined) lists.set(name, sentinels)
    }
    this.#lists.set(session.id!, lists)
    this.#follow()
    this.#listener.onReport(session, report)
  }

  #onFailed(session: SentinelSession, error: Error): void {
    if (session.id !== undefined) this.#lists.delete(session.id)
    for (const other of this.#sessionsOf(session.id)) if (other.state === 'suspended') other.open()
    this.#listener.onFailed(session, error)
  }

  /** Connects to Sentinels that are listed and new, and forgets those that vanished. */
  #follow(): void {
    // A seed that has not said who it is may be any of those that are listed.
    if (this.members.some(({ isSeed, isSettled }) => isSeed && !isSettled)) return
    const now = this.#context.runtime.now()
    for (const listed of this.#listed()) {
      const session = this.#find(listed)
      if (session === undefined) this.#add(listed.address, listed.id).open()
      else this.#lastListed.set(session, now)
      session?.listedAt(listed.address)
    }
    for (const session of this.#sessions) {
      const unlistedFor = now - this.#lastListed.get(session)!
      if (session.isSeed || session.isConnected || unlistedFor <= forgetAfter) continue
      this.#discard(session)
      if (session.id !== undefined) this.#forget(session.id)
    }
  }

  #listed(): ListedSentinel[] {
    return [...this.#lists.values()].flatMap((lists) => [...lists.values()]).flat()
  }

  #find({ id, address }: ListedSentinel): SentinelSession | undefined {
    const known = this.#sessionsOf(id)
    return (
      known.find(({ state }) => state !== 'suspended') ??
      [...this.#sessions].find((session) => isSameAddress(session.address, address)) ??
      known[0]
    )
  }

  #forget(id: string): void {
    this.#lists.delete(id)
    this.#listener.onForgotten(id)
  }
}
