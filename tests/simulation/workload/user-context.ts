import type { Journal } from '../core/journal.js'
import type { VirtualTime } from '../core/virtual-time.js'

/** What the users of a client need of the run. */
export interface UserContext {
  readonly world: { readonly time: VirtualTime; readonly journal: Journal }
  /** Something that must never happen. */
  readonly onViolation: (what: string) => void
  /** A state or a transition was reached. */
  readonly onReached: (what: string) => void
}
