import { SessionInvalidError } from '../errors.js'

/** A user that a session was logged in as, and the epoch that it was stamped with. */
export interface Stamp {
  /** Hash of the user's id. */
  readonly user: string
  readonly epoch: number
}

/** More than any impersonation needs; each is looked up when the session is loaded. */
const MOST = 16

/** Reads what `writeStamps` wrote. */
export function readStamps(text: string): readonly Stamp[] {
  if (text === '') return []
  return text.split(' ').map((stamp) => {
    const [user = '', epoch] = stamp.split(':')
    return { user, epoch: Number(epoch) }
  })
}

/**
 * Stamps of all users but the present one, each once, the lowest: a session ends with any of them.
 *
 * @throws SessionInvalidError if there are too many.
 */
export function writeStamps(stamps: readonly Stamp[], user: string): string {
  const lowest = new Map<string, number>()
  for (const { user: one, epoch } of stamps) {
    if (one === '' || one === user || epoch === 0) continue
    lowest.set(one, Math.min(epoch, lowest.get(one) ?? epoch))
  }
  if (lowest.size > MOST) {
    throw new SessionInvalidError(
      `The session was logged in as more than ${MOST} users; regenerate it at a login`,
    )
  }
  return [...lowest].map(([one, epoch]) => `${one}:${epoch}`).join(' ')
}
