/** `hash` is the store's own layout. */
export type LayoutKind = 'hash' | 'connect-redis'

/** A session as Redis has it. */
export interface StoredSession {
  /** Changes with every write of the data. Only its equality means something. */
  readonly version: string
  /** The data, as JSON. */
  readonly text: string
  /** The cookie metadata, as JSON. */
  readonly cookie: string
  /** Hash of the user's id; '' = nobody. */
  readonly user: string
  /** The user's epoch at login; 0 = logged in before users were tracked. */
  readonly epoch: number
  /** Whom else it was logged in as since its creation, and when: `hash:epoch`, with spaces between. */
  readonly formerOwners: string
  /** ms since 1970 by the server's clock. */
  readonly createdAt: number
  /** ms since 1970 by the server's clock. */
  readonly touchedAt: number
}

/** What a session's key can hold. DESIGN.md lists the transitions. */
export type KeyState =
  | { readonly state: 'absent' }
  /** Destroyed or quarantined: the id is not to be written again. */
  | { readonly state: 'ended' }
  /** Another program's value, which is left alone. */
  | { readonly state: 'foreign' }
  | { readonly state: 'corrupt'; readonly version: string }
  | { readonly state: 'live'; readonly session: StoredSession }

/** A key's state and the layout that it was found in. */
export interface Found {
  readonly layout: LayoutKind
  readonly found: KeyState
}

export interface SessionWrite {
  /** The version that it replaces; `absent` creates; `live` replaces any. */
  readonly expected: { readonly version: string } | 'absent' | 'live'
  readonly text: string
  readonly cookie: string
  /** The writer did not change the cookie: an update leaves what is stored. */
  readonly keepsCookie: boolean
  readonly user: string
  readonly epoch: number
  readonly formerOwners: string
  /** The version that it replaces has this owner: an update leaves what is stored. */
  readonly keepsOwner: boolean
  /** ms since 1970, of a session that is moved from another layout; undefined: as stored, or now. */
  readonly createdAt: number | undefined
  /** ms */
  readonly idle: number
  /** '' = none */
  readonly lockToken: string
  /** Names the save: repeated, since its reply was lost, it is not made again. */
  readonly call: string
}

export type SaveReply =
  | {
      readonly status: 'saved'
      readonly version: string
      readonly touchedAt: number
      readonly createdAt: number
      /** The save was repeated, and others have written since it was made. */
      readonly isOvertaken: boolean
    }
  | { readonly status: 'conflict' | 'gone' | 'expired' | 'unlocked' | 'foreign' }

/** What became of a write, and the layout that the session is in afterwards. */
export interface SavedIn {
  readonly layout: LayoutKind
  readonly reply: SaveReply
}

export type TouchReply =
  | { readonly status: 'touched'; readonly touchedAt: number }
  | { readonly status: 'gone' | 'expired' }

export interface DestroyReply {
  readonly existed: boolean
  /** Hash of the id of the user it belonged to; '' = nobody. */
  readonly user: string
}

/** Redis's answer to a command for another type of value. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE')
}
