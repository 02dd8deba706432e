import type { ScriptExecutor } from './script-executor.js'
import { forgetScript } from './scripts/forget-script.js'
import { registerScript } from './scripts/register-script.js'
import { revokeScript } from './scripts/revoke-script.js'
import type { SessionKeys } from './session-keys.js'
import type { SessionRedis } from './session-redis.js'

/** How a session comes to belong to a user. */
export type Registration =
  | { readonly mode: 'login' }
  /** The session is from before users were tracked. */
  | { readonly mode: 'adopt' }
  /** The session continues another one of the same user, which was stamped so. */
  | { readonly mode: 'inherit'; readonly epoch: number }

export interface UserPage {
  readonly members: readonly string[]
  readonly isLast: boolean
}

/** ms; longer than any operation's deadline is likely to be. */
const ENTRY_GRACE = 60_000

/** Members of a user's set that are no sessions; shorter than any session's ref. */
const MARKS: readonly string[] = ['epoch', 'revoked']

/**
 * Per user, on the user's own shard: which sessions there are, and the epoch below which they are
 * revoked. Users are named by the hash of their id.
 */
export class UserRegistry {
  readonly #client: SessionRedis
  readonly #near: Pick<SessionRedis, 'zscore'>
  readonly #scripts: ScriptExecutor
  readonly #keys: SessionKeys
  readonly #life: number
  readonly #leastEpoch: () => number

  /**
   * @param near answers from the near cache what it can
   * @param life ms that no session outlives
   * @param leastEpoch what an epoch that is not known any more begins with
   */
  constructor(
    client: SessionRedis,
    near: Pick<SessionRedis, 'zscore'>,
    scripts: ScriptExecutor,
    keys: SessionKeys,
    life: number,
    leastEpoch: () => number,
  ) {
    this.#client = client
    this.#near = near
    this.#scripts = scripts
    this.#keys = keys
    this.#leastEpoch = leastEpoch
    // A day more than any session has, so that clocks that disagree cannot turn it round.
    this.#life = life + 86_400_000
  }

  /** The epoch that a session must be stamped with at least; undefined if nothing is known. */
  epoch(user: string, isFresh = true): Promise<number | undefined> {
    return this.#reads(isFresh).zscore(this.#keys.ofUser(user), 'epoch').then(numberOf)
  }

  /**
   * Whether the user ever revoked; sessions without a stamp are ended by that. It stands in a second key,
   * too, on a shard of its own: a user's key that was lost opens none of them again.
   */
  async wasRevoked(user: string, isFresh = true): Promise<boolean> {
    const client = this.#reads(isFresh)
    const keys = [this.#keys.ofUser(user), this.#keys.ofWitness(user)]
    const marks = await Promise.all(keys.map((key) => client.zscore(key, 'revoked')))
    return marks.some((mark) => mark !== null)
  }

  #reads(isFresh: boolean): Pick<SessionRedis, 'zscore'> {
    return isFresh ? this.#client : this.#near
  }

  /** @returns the stamp and how many sessions are listed; undefined: revoked in the meantime. */
  async register(
    user: string,
    member: string,
    registration: Registration,
  ): Promise<{ readonly epoch: number; readonly listed: number } | undefined> {
    const inherited = registration.mode === 'inherit' ? registration.epoch : 0
    const reply = await this.#scripts.runDurable(registerScript, this.#keys.ofUser(user), [
      member,
      registration.mode,
      inherited,
      this.#life,
      this.#leastEpoch(),
    ])
    const [epoch, listed] = reply as [epoch: string, listed: number | string]
    return epoch === '0' ? undefined : { epoch: Number(epoch), listed: Number(listed) }
  }

  /**
   * Some of the listed sessions, the oldest login first. Some may have ended.
   *
   * @param start counted from 0; the next page starts `size` later
   */
  async page(user: string, start: number, size: number): Promise<UserPage> {
    const key = this.#keys.ofUser(user)
    const members = await this.#client.zrange(key, String(start), String(start + size - 1))
    const isLast = members.length < size
    return { members: members.filter((member) => !MARKS.includes(member)), isLast }
  }

  async has(user: string, member: string): Promise<boolean> {
    return (await this.#client.zscore(this.#keys.ofUser(user), member)) !== null
  }

  async remove(user: string, members: readonly string[]): Promise<void> {
    if (members.length > 0) await this.#client.zrem(this.#keys.ofUser(user), ...members)
  }

  /** Removes entries of sessions that do not exist, unless they may be about to be written. */
  async forget(user: string, members: readonly string[]): Promise<void> {
    if (members.length === 0) return
    await this.#scripts.run(forgetScript, this.#keys.ofUser(user), [ENTRY_GRACE, ...members])
  }

  async revoke(user: string): Promise<void> {
    const args = [this.#life, this.#leastEpoch()]
    const keys = [this.#keys.ofUser(user), this.#keys.ofWitness(user)]
    await Promise.all(keys.map((key) => this.#scripts.runDurable(revokeScript, key, args)))
  }
}

function numberOf(score: string | null): number | undefined {
  return score === null ? undefined : Number(score)
}
