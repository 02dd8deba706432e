import {
  type NodeFailure,
  SessionPartialError,
  SessionStoreError,
  SessionUnavailableError,
} from '../errors.js'
import type { SessionCookie } from '../payload/session-cookie.js'
import type { SessionKey } from '../storage/session-keys.js'
import { type KeyRange, type Page, scanPages } from '../storage/session-scan.js'
import { toStoreError } from '../store-error.js'
import type { Deadline } from './deadline.js'
import { mapInBatches } from './map-in-batches.js'
import type { LoadedSession, SessionReader } from './session-reader.js'
import type { StoreContext } from './store-context.js'

/** A session as someone sees it who does not hold its id. */
export interface SessionEntry<Data> {
  /** Names the session; not its id. */
  readonly ref: string
  readonly data: Data
  readonly cookie: SessionCookie
  /** ms since 1970 */
  readonly createdAt: number
  /** ms since 1970; up to `touchAfter` before the last use. */
  readonly lastUsedAt: number
}

export interface ClearResult {
  /** Keys removed: sessions, and tombstones of destroyed ones. */
  readonly removed: number
  /** Masters that still have sessions because they could not be asked. */
  readonly failures: readonly NodeFailure[]
}

const AT_ONCE = 32

export function toEntry<Data>(loaded: LoadedSession<Data>): SessionEntry<Data> {
  const { data, cookie, handle, createdAt, touchedAt } = loaded
  return { ref: handle.ref, data, cookie, createdAt, lastUsedAt: touchedAt }
}

/** Goes through all sessions on all masters, holding one page of them at a time. */
export class SessionAdmin<Data extends object> {
  readonly #context: StoreContext<Data>
  readonly #reader: SessionReader<Data>
  readonly #ranges: readonly KeyRange[]

  constructor(context: StoreContext<Data>, reader: SessionReader<Data>) {
    this.#context = context
    this.#reader = reader
    this.#ranges = rangesOf(context)
  }

  async *sessions(): AsyncGenerator<SessionEntry<Data>, void, undefined> {
    const failures: NodeFailure[] = []
    for await (const page of this.#pages(failures)) {
      const loaded = await this.#ofPage(page, failures, (key, deadline) =>
        this.#reader.inspect(key, deadline),
      )
      for (const session of loaded) if (session !== undefined) yield toEntry(session)
    }
    if (failures.length > 0) throw new SessionPartialError(failures)
  }

  async count(): Promise<number> {
    const failures: NodeFailure[] = []
    let count = 0
    for await (const page of this.#pages(failures)) {
      const live = await this.#ofPage(page, failures, (key, deadline) =>
        deadline.attempt(() => this.#context.storage.isLive(key)),
      )
      count += live.filter((isLive) => isLive === true).length
    }
    if (failures.length > 0) throw new SessionPartialError(failures)
    return count
  }

  async clear(): Promise<ClearResult> {
    const failures: NodeFailure[] = []
    let removed = 0
    for await (const page of this.#pages(failures)) {
      const { shard, node } = page
      const ours = await this.#ofPage(page, failures, async (key, deadline, name) =>
        (await deadline.attempt(() => this.#context.storage.isOurs(key))) ? name : undefined,
      )
      const names = new Set(ours.filter((name) => name !== undefined))
      if (names.size === 0) continue
      try {
        const count = await this.#context.deadlines.run((deadline) =>
          deadline.attempt(() => node.unlink(...names)),
        )
        // Text, if the client is set so.
        removed += Number(count)
      } catch (error) {
        failures.push({ shard, error: toStoreError(error) })
      }
    }
    return { removed, failures }
  }

  #pages(failures: NodeFailure[]): AsyncGenerator<Page, void, undefined> {
    const { deadlines } = this.#context
    const ask = <Answer>(question: () => Promise<Answer>) =>
      deadlines.run((deadline) => deadline.attempt(question))
    return scanPages(this.#ranges, ask, failures)
  }

  /** Asks something of each session of a page; of those that cannot be read, nothing. */
  async #ofPage<T>(
    page: Page,
    failures: NodeFailure[],
    ask: (key: SessionKey, deadline: Deadline, name: string) => Promise<T>,
  ): Promise<(T | undefined)[]> {
    const { counters, deadlines } = this.#context
    const keys = page.names.flatMap((name) => this.#keysOf(name).map((key) => ({ key, name })))
    try {
      return await mapInBatches(keys, AT_ONCE, async ({ key, name }) => {
        try {
          return await deadlines.run((deadline) => ask(key, deadline, name))
        } catch (cause) {
          const error = toStoreError(cause)
          if (error instanceof SessionUnavailableError) throw error
          counters.unreadable++
          return undefined
        }
      })
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error
      failures.push({ shard: page.shard, error })
      return []
    }
  }

  /** In either layout: an id of connect-redis may look like the hash of one. */
  #keysOf(name: string): SessionKey[] {
    const { keys, settings } = this.#context
    const old = settings.connectRedis
    const own = keys.ofName(name)
    const id = old !== undefined && name.startsWith(old.prefix) && name.slice(old.prefix.length)
    const other = id ? keys.ofId(id) : undefined
    return [own, other].filter((key) => key !== undefined)
  }
}

function rangesOf<Data extends object>({ settings }: StoreContext<Data>): readonly KeyRange[] {
  const { adminClient, client, prefix, connectRedis } = settings
  const own = { client: adminClient, prefix }
  if (connectRedis === undefined) return [own]
  const old = {
    client: connectRedis.client === client ? adminClient : connectRedis.client,
    prefix: connectRedis.prefix,
  }
  return old.client === own.client && old.prefix === own.prefix ? [own] : [own, old]
}
