import { SessionOptionError } from '../errors.js'
import type { SessionPolicy } from '../options/session-store-options.js'
import { POISON } from '../payload/safe-json.js'

/** Where a session says who is logged in: a field's name, or a function of the session's data. */
export type UserOption<Data extends object> =
  | (keyof Data & string)
  | NonNullable<SessionPolicy<Data>['userId']>

const DEFAULT_FIELD = 'userId'

/** Both ways between sessions and users: who a session says is logged in, and how to say it. */
export class UserField<Data extends object> {
  /** The store's option `userId`. */
  readonly userId: NonNullable<SessionPolicy<Data>['userId']>
  readonly #name: string | undefined

  /**
   * @param option default: the field `userId`
   * @throws SessionOptionError
   */
  constructor(option: UserOption<Data> | undefined) {
    if (typeof option === 'function') {
      this.userId = option
      return
    }
    const name: unknown = option ?? DEFAULT_FIELD
    if (typeof name !== 'string' || name === '' || name === 'cookie') {
      throw new SessionOptionError(
        `Option userId is ${typeof name}; it takes a field's name or a function of the session`,
      )
    }
    this.#name = name
    this.userId = (session) => {
      const value: unknown = Object.hasOwn(session, name) ? session[name as keyof Data] : undefined
      return typeof value === 'string' || typeof value === 'number' ? value : undefined
    }
  }

  /**
   * What the session of a user who logs in begins with.
   *
   * @param fields more fields; with a function as option, those by which it finds the user
   * @throws SessionOptionError if a session with these fields would not be the user's.
   */
  fieldsAtLogin(userId: string | number, fields: Partial<Data>): Partial<Data> {
    const isId = typeof userId === 'string' ? userId !== '' : Number.isFinite(userId)
    if (!isId) throw new SessionOptionError('A login takes a user id: a string or a number')
    // What came with a request may have them: whoever copies them would change what the session is.
    const own = Object.entries(fields).filter(([name]) => !POISON.has(name))
    const all = Object.fromEntries(own) as Partial<Data>
    if (this.#name !== undefined) Object.assign(all, { [this.#name]: userId })
    if (String(this.userId(all as Data)) === String(userId)) return all
    throw new SessionOptionError(
      'Option userId does not find the user who logs in: give login the fields that it reads',
    )
  }
}
