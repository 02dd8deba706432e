import { type Address, formatAddress, isSameAddress } from '@disredis/connection'
import type { Members } from '../belief/shard-view.js'
import { SentinelReplyError } from '../errors.js'
import { locateError } from '../link/locate-error.js'
import { SentinelSession, type SessionContext } from '../link/sentinel-session.js'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { ListedSentinel, SentinelReport, Source } from '../protocol/sentinel-report.js'
import { ListedSentinels } from './listed-sentinels.js'

export interface GroupListener {
  onReport(session: SentinelSession, report: SentinelReport): void
  onEvent(session: SentinelSession, event: SentinelEvent): void
  onFailed(session: SentinelSession, error: Error): void
  onProblem(session: SentinelSession, error: Error): void
  /** A Sentinel is not to be counted any longer: it vanished, or has another id now. */
  onForgotten(sentinel: Source): void
  /** Who is connected, or who is known, is other than before. */
  onChanged(): void
}

/** A Sentinel that is gone and that no other one lists is forgotten after so many ms. */
const forgetAfter = 30_000

/** Sentinels beside the seeds that are connected to: a list may be of any length. */
const mostListed = 32

/**
 * The Sentinels of one deployment: the seeds, and those that Sentinels list. One connection to each,
 * however many names and addresses it has: who it is, is its `SENTINEL MYID`.
 */
export class SentinelGroup {
  readonly #context: SessionContext
  readonly #listener: GroupListener
  readonly #sessions = new Set<SentinelSession>()
  /** What each connected Sentinel lists, by its id. */
  readonly #lists = new Map<string, ListedSentinels>()
  /** What all of them list; undefined since one of them changed. */
  #union: readonly ListedSentinel[] | undefined
  /** Those that list more than is read, and how many. */
  readonly #overlong = new Map<SentinelSession, number>()
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

  /**
   * Those that belong to the deployment as far as is known: one that does not answer and that no
   * answering Sentinel lists counts for nothing, seed or not, since it was replaced.
   */
  get counted(): readonly SentinelSession[] {
    const isAnyoneAnswering = this.#lists.size > 0
    return this.members.filter(
      (session) =>
        session.isConnected ||
        !session.isSettled ||
        !isAnyoneAnswering ||
        this.#listersOf(session).length > 0,
    )
  }

  /** Whose word decides where a master is. */
  get electorate(): Members {
    const trusted = this.counted.filter((session) => this.isTrusted(session))
    const idsOf = (sessions: readonly SentinelSession[]) =>
      new Set(sessions.flatMap(({ id }) => id ?? []))
    return {
      connected: idsOf(trusted.filter(({ isConnected }) => isConnected)),
      size: idsOf(trusted).size,
      now: this.#context.runtime.now(),
    }
  }

  /**
   * Whether the others know it: each Sentinel of a deployment lists all others, as soon as it lists any.
   * A seed that most of at least two other seeds do not list is an outsider, whatever it says; and so is a
   * Sentinel that was found and that most of the seeds do not list.
   */
  isTrusted(session: SentinelSession): boolean {
    const seeds = this.members.filter(
      (seed) =>
        seed !== session && seed.isSeed && (this.#lists.get(seed.id ?? '')?.ids.size ?? 0) > 0,
    )
    if (seeds.length === 0 || (session.isSeed && seeds.length === 1)) return true
    const listers = this.#listersOf(session)
    return seeds.filter(({ id }) => listers.includes(id!)).length * 2 >= seeds.length
  }

  /** Resolves when every connected Sentinel has answered anew or failed to. */
  async refresh(): Promise<void> {
    await Promise.all(this.members.map((session) => session.refresh()))
  }

  /** Another Sentinel says that this one answers again: it is not waited for any longer. */
  redial(id: string): void {
    for (const session of this.#sessionsOf(id)) session.redial()
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
    this.#overlong.delete(session)
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
      this.#forget({ id: previousId, address: session.address })
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
    this.#noteLists(session.id!, report)
    this.#noteLength(session, report)
    this.#follow()
    const problem = this.#overlongProblem(session)
    const problems = problem === undefined ? report.problems : [...report.problems, problem]
    this.#listener.onReport(session, { ...report, problems })
    if (problem !== undefined) this.#listener.onProblem(session, problem)
  }

  #noteLists(id: string, { masters }: SentinelReport): void {
    const known = this.#lists.get(id)
    const lists = known ?? new ListedSentinels()
    const read = new Map<string, readonly ListedSentinel[]>()
    for (const [name, { sentinels }] of masters) {
      if (sentinels !== undefined) read.set(name, sentinels.slice(0, mostListed))
    }
    if (lists.update(masters, read)) this.#union = undefined
    if (known === undefined) this.#lists.set(id, lists)
  }

  #forgetLists(id: string): void {
    if (this.#lists.delete(id)) this.#union = undefined
  }

  #onFailed(session: SentinelSession, error: Error): void {
    if (session.id !== undefined) this.#forgetLists(session.id)
    for (const other of this.#sessionsOf(session.id)) if (other.state === 'suspended') other.open()
    this.#listener.onFailed(session, error)
  }

  #noteLength(session: SentinelSession, { masters }: SentinelReport): void {
    const lengths = [...masters.values()].flatMap(({ sentinels }) => sentinels?.length ?? [])
    // Not every answer has lists.
    if (lengths.length === 0) return
    const longest = Math.max(...lengths)
    if (longest > mostListed) this.#overlong.set(session, longest)
    else this.#overlong.delete(session)
  }

  #overlongProblem(session: SentinelSession): Error | undefined {
    const count = this.#overlong.get(session)
    if (count === undefined) return undefined
    const text = `lists ${count} other Sentinels; this client connects to no more than ${mostListed}`
    return locateError(new SentinelReplyError(text), session.address)
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
      this.#remove(session)
    }
    this.#makeRoom()
  }

  /** Those that fewest list give way when there are too many. */
  #makeRoom(): void {
    const found = [...this.#sessions].filter(({ isSeed }) => !isSeed)
    if (found.length <= mostListed) return
    const listers = new Map(found.map((session) => [session, this.#listersOf(session).length]))
    const rank = (session: SentinelSession) =>
      listers.get(session)! * 2 + (session.isConnected ? 1 : 0)
    found.sort((a, b) => rank(b) - rank(a))
    for (const session of found.slice(mostListed)) this.#remove(session)
  }

  #remove(session: SentinelSession): void {
    this.#discard(session)
    const { id, address } = session
    if (id !== undefined) this.#forget({ id, address })
  }

  /** What is listed, first what most Sentinels list, and no more than is connected to. */
  #listed(): readonly ListedSentinel[] {
    this.#union ??= this.#unite()
    return this.#union
  }

  #unite(): readonly ListedSentinel[] {
    const all = [...this.#lists.values()].flatMap((lists) => lists.all)
    const unique = new Map(
      all.map((listed) => [`${listed.id} ${formatAddress(listed.address)}`, listed]),
    )
    if (unique.size <= mostListed) return [...unique.values()]
    const listers = new Map<string, number>()
    for (const lists of this.#lists.values()) {
      for (const id of lists.ids) listers.set(id, (listers.get(id) ?? 0) + 1)
    }
    const ordered = [...unique.values()].sort((a, b) => listers.get(b.id)! - listers.get(a.id)!)
    return ordered.slice(0, mostListed)
  }

  /** The connected Sentinels that list it, by their ids. */
  #listersOf({ id, address }: SentinelSession): string[] {
    const listers: string[] = []
    for (const [lister, lists] of this.#lists) if (lists.lists(id, address)) listers.push(lister)
    return listers
  }

  #find({ id, address }: ListedSentinel): SentinelSession | undefined {
    const known = this.#sessionsOf(id)
    return (
      known.find(({ state }) => state !== 'suspended') ??
      [...this.#sessions].find((session) => isSameAddress(session.address, address)) ??
      known[0]
    )
  }

  #forget(sentinel: Source): void {
    this.#forgetLists(sentinel.id)
    this.#listener.onForgotten(sentinel)
  }
}
