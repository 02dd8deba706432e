import type { HashLayout } from './hash-layout.js'
import type { SessionKey } from './session-keys.js'
import type {
  DestroyReply,
  KeyState,
  SaveReply,
  SessionLayout,
  SessionWrite,
  TouchReply,
} from './session-layout.js'

/** A key's state and the layout that it was found in. */
export interface Found {
  readonly layout: SessionLayout['kind']
  readonly found: KeyState
}

/** Keeps sessions in their layout. */
export class SessionStorage {
  readonly #hash: HashLayout

  constructor(hash: HashLayout) {
    this.#hash = hash
  }

  /** The layout that new sessions get. */
  get current(): SessionLayout['kind'] {
    return 'hash'
  }

  /** Whether the next write of a session should move it to another layout. */
  isOutdated(_layout: SessionLayout['kind']): boolean {
    return false
  }

  async load(key: SessionKey): Promise<Found> {
    return { layout: 'hash', found: await this.#hash.load(key) }
  }

  isLive(key: SessionKey): Promise<boolean> {
    return this.#hash.isLive(key)
  }

  /** @returns the layout that it is in now, too. */
  async save(
    layout: SessionLayout['kind'],
    key: SessionKey,
    write: SessionWrite,
  ): Promise<{ readonly layout: SessionLayout['kind']; readonly reply: SaveReply }> {
    return { layout, reply: await this.#hash.save(key, write) }
  }

  touch(
    _layout: SessionLayout['kind'],
    key: SessionKey,
    cookie: string | undefined,
    idle: number,
  ): Promise<TouchReply> {
    return this.#hash.touch(key, cookie, idle)
  }

  destroy(key: SessionKey, call: string): Promise<DestroyReply> {
    return this.#hash.destroy(key, call)
  }

  quarantine(_layout: SessionLayout['kind'], key: SessionKey, version: string): Promise<boolean> {
    return this.#hash.quarantine(key, version)
  }
}
