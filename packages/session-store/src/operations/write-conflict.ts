import { CorruptPayloadError } from '../payload/corrupt-payload-error.js'
import type { EncodedSession } from '../payload/session-decoder.js'
import type { SessionKey } from '../storage/session-keys.js'
import type { LayoutKind, SessionWrite, StoredSession } from '../storage/session-layout.js'
import type { Deadline } from './deadline.js'
import { readStamps, writeStamps } from './former-owners.js'
import type { Entry, Owner } from './membership.js'
import { resolveConflict } from './resolve-conflict.js'
import type { Snapshot } from './session-handle.js'
import { type StoreContext, userOf } from './store-context.js'

/** One save, from the handle that it begins with to the one that it ends with. */
export interface SaveJob {
  readonly key: SessionKey
  readonly base: Snapshot | undefined
  readonly mine: Pick<EncodedSession, 'text' | 'cookie'>
  readonly hasOldCookie: boolean
  readonly entry: Entry
}

/** What is stored now. */
export interface Saved {
  readonly version: string
  readonly createdAt: number
  readonly touchedAt: number
}

/** What to do when a write found another version than it was to replace. */
export type NextWrite =
  /** The session has ended: there is nothing more to write. */
  | 'gone'
  /** It is what an earlier attempt of this write has left: there is nothing more to write. */
  | ({ readonly status: 'saved'; readonly layout: LayoutKind } & Saved)
  | {
      readonly status: 'merged' | 'again'
      readonly layout: LayoutKind
      readonly write: SessionWrite
    }

/** Looks at what somebody else has written, and finds what to write now. */
export class WriteConflict<Data extends object> {
  readonly #context: StoreContext<Data>

  constructor(context: StoreContext<Data>) {
    this.#context = context
  }

  /** @throws SessionConflictError if the policy forbids to go on. */
  async meet(job: SaveJob, write: SessionWrite, deadline: Deadline): Promise<NextWrite> {
    const { settings, storage, counters } = this.#context
    counters.conflicts++
    const { layout, found } = await deadline.attempt(() => storage.load(job.key))
    if (found.state === 'corrupt') return this.#quarantine(job.key, found.version, deadline)
    if (found.state !== 'live') return 'gone'
    const theirs = found.session
    if (settings.conflict === 'last-write') {
      return { status: 'again', layout, write: { ...write, expected: 'live', keepsOwner: false } }
    }
    const expected = { version: theirs.version }
    if (isSameWrite(theirs, write)) {
      // A repeated attempt meets what the first one wrote. Only a write can be waited for, though.
      if (settings.durability === undefined) return { ...theirs, status: 'saved', layout }
      return { status: 'again', layout, write: { ...write, expected } }
    }
    const { base, mine, hasOldCookie, entry } = job
    let text: string
    try {
      const texts = { base: base?.text, mine: mine.text, theirs: theirs.text }
      text = resolveConflict(texts, settings.conflict)
    } catch (error) {
      if (!(error instanceof CorruptPayloadError)) throw error
      return this.#quarantine(job.key, theirs.version, deadline)
    }
    const cookie = hasOldCookie ? theirs.cookie : mine.cookie.text
    const { user, epoch, formerOwners } = this.#ownerOf(text, entry, theirs)
    const owner = { user, epoch, formerOwners }
    const { createdAt } = theirs
    const merged = { ...write, ...owner, keepsOwner: false, expected, text, cookie, createdAt }
    return { status: 'merged', layout, write: merged }
  }

  /** Whose a merged session is: that of the side which its user comes from, or of both. */
  #ownerOf(text: string, mine: Owner, theirs: StoredSession): Owner {
    const { settings } = this.#context
    if (settings.userId === undefined) return theirs
    const user = userOf(settings, JSON.parse(text) as Data)
    const stamps = [mine, theirs].filter((side) => side.user === user).map(({ epoch }) => epoch)
    const sides = [mine, theirs].flatMap((side) => [side, ...readStamps(side.formerOwners)])
    const formerOwners = writeStamps(sides, user)
    return { user, epoch: user === '' ? 0 : Math.max(0, ...stamps), formerOwners }
  }

  /** Nobody can read what is stored: as for a load, there is no session. */
  async #quarantine(key: SessionKey, version: string, deadline: Deadline): Promise<'gone'> {
    await deadline.attempt(() => this.#context.storage.quarantine(key, version))
    return 'gone'
  }
}

function isSameWrite(stored: StoredSession, write: SessionWrite): boolean {
  return (
    stored.text === write.text &&
    (write.keepsCookie || stored.cookie === write.cookie) &&
    stored.user === write.user &&
    stored.epoch === write.epoch &&
    stored.formerOwners === write.formerOwners
  )
}
