import type { SessionCounters } from '../counters.js'
import type { ConnectRedisLayout } from './connect-redis-layout.js'
import type { HashLayout } from './hash-layout.js'
import type { SessionKey } from './session-keys.js'
import type {
  DestroyReply,
  Found,
  LayoutKind,
  SavedIn,
  SessionWrite,
  TouchReply,
} from './session-layout.js'

/** The sessions of connect-redis that are being taken over. */
export interface TakeOver {
  readonly layout: ConnectRedisLayout
  readonly mode: 'share' | 'replace'
}

/** Finds sessions in whichever layout they are, and puts them where they belong. */
export class SessionStorage {
  readonly #hash: HashLayout
  readonly #old: TakeOver | undefined
  readonly #counters: SessionCounters

  constructor(hash: HashLayout, old: TakeOver | undefined, counters: SessionCounters) {
    this.#hash = hash
    this.#old = old
    this.#counters = counters
  }

  /** The layout that new sessions get. */
  get current(): LayoutKind {
    return this.#old?.mode === 'share' ? 'connect-redis' : 'hash'
  }

  /** Whether a session in this layout gets another one when it is written. */
  isMoving(layout: LayoutKind): boolean {
    return layout !== 'hash' && this.current === 'hash'
  }

  /** @param isFresh Redis is asked, whatever is in the near cache */
  load(key: SessionKey, isFresh = true): Promise<Found> {
    const old = this.#old
    return old === undefined || key.oldName === undefined
      ? this.#hash.load(key, isFresh)
      : this.#loadEither(key, key.oldName, old)
  }

  async #loadEither(key: SessionKey, oldName: string, old: TakeOver): Promise<Found> {
    // Sharing, most sessions are in the old layout: both are asked at once.
    const early = old.mode === 'share' ? old.layout.load(oldName) : undefined
    const [found] = await Promise.all([this.#hash.load(key), early])
    return found.found.state === 'absent' ? (early ?? old.layout.load(oldName)) : found
  }

  async isLive(key: SessionKey): Promise<boolean> {
    return (await this.#hash.isLive(key)) || (await this.isInOldLayout(key))
  }

  /** Whether the key holds what a store wrote, live or ended, and not another program's value. */
  async isOurs(key: SessionKey): Promise<boolean> {
    if (await this.#hash.isOurs(key)) return true
    const { oldName } = key
    return this.#old !== undefined && oldName !== undefined && this.#old.layout.isOurs(oldName)
  }

  /** Whether connect-redis's layout has a live session. */
  async isInOldLayout({ oldName }: SessionKey): Promise<boolean> {
    if (this.#old === undefined || oldName === undefined) return false
    return this.#old.layout.isLive(oldName)
  }

  save(layout: LayoutKind, key: SessionKey, write: SessionWrite): Promise<SavedIn> {
    const { oldName } = key
    return layout === 'hash' || this.#old === undefined || oldName === undefined
      ? this.#hash.save(key, write)
      : this.#saveOld(this.#old, oldName, key, write)
  }

  async #saveOld(
    { layout, mode }: TakeOver,
    oldName: string,
    key: SessionKey,
    write: SessionWrite,
  ): Promise<SavedIn> {
    if (mode === 'replace') return this.#takeOver(layout, oldName, key, write)
    const reply = await layout.save(oldName, write)
    if (reply.status !== 'gone' || write.expected === 'absent') {
      return { layout: 'connect-redis', reply }
    }
    // A server that replaces may have moved it: then this is a conflict there.
    return this.#hash.save(key, write)
  }

  async touch(key: SessionKey, cookie: string | undefined, idle: number): Promise<TouchReply> {
    const reply = await this.#hash.touch(key, cookie, idle)
    if (reply.status !== 'gone' || this.#old === undefined || key.oldName === undefined) {
      return reply
    }
    return this.#old.layout.touch(key.oldName, idle)
  }

  async destroy(key: SessionKey, call: string): Promise<DestroyReply> {
    if (this.#old === undefined || key.oldName === undefined) {
      return this.#hash.destroy(key, call)
    }
    const [reply, old] = await Promise.all([
      this.#hash.destroy(key, call),
      this.#old.layout.destroy(key.oldName),
    ])
    return { existed: reply.existed || old.existed, user: reply.user }
  }

  /** Ends a session that nobody can read, if it is still that version. */
  async quarantine(key: SessionKey, version: string): Promise<void> {
    if (await this.#hash.quarantine(key, version)) this.#counters.quarantined++
  }

  /** First the new one, then the old one goes: a crash in between leaves both, not none. */
  async #takeOver(
    old: ConnectRedisLayout,
    oldName: string,
    key: SessionKey,
    write: SessionWrite,
  ): Promise<SavedIn> {
    const saved = await this.#hash.save(key, { ...write, expected: 'absent' })
    if (saved.reply.status !== 'saved') return saved
    if (await old.remove(oldName)) {
      this.#counters.migrated++
      return saved
    }
    // It was destroyed in the meantime, by a server that knows the old layout only.
    await this.#hash.destroy(key, 'taken over too late')
    return { layout: 'hash', reply: { status: 'gone' } }
  }
}
