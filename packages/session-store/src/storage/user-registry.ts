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
  readonly #scripts: ScriptExecutor
  readonly #keys: SessionKeys
  readonly #life: number

  /** @param life ms that no session outlives. */
  constructor(client: SessionRedis, scripts: ScriptExecutor, keys: SessionKeys, life: number) {
    this.#client = client
    this.#scripts = scripts
    this.#keys = keys
    // A day more than any session has, so that clocks that disagree cannot turn it round.
    this.#life = life + 86_400_000
  }

  /** The epoch that a session must be stamped with at least; undefined if nothing is known. */
  epoch(user: string): Promise<number | undefined> {
    return this.#client.zscore(this.#keys.ofUser(user), 'epoch').then(numberOf)
  }

  async wasRevoked(user: string): Promise<boolean> {
    return (await this.#client.zscore(this.#keys.ofUser(user), 'revoked')) !== null
  }

  /** @returns the stamp and how many sessions are listed; undefined: revoked in the meantime. */
  async register(
    user: string,
    ref: string,
    registration: Registration,
  ): Promise<{ readonly epoch: number; readonly listed: number } | undefined> {
    const inherited = registration.mode === 'inherit' ? registration.epoch : 0
    const reply = await this.#scripts.runDurable(registerScript, this.#keys.ofUser(user), [
      ref,
      registration.mode,
      inherited,
      this.#life,
    ])
    const [epoch, listed] = reply as [epoch: string, listed: number | string]
    return epoch === '0' ? undefined : { epoch: Number(epoch), listed: Number(listed) }
  }

  /** Listed sessions, the oldest login first. Some may have ended. */
  async refs(user: string): Promise<string[]> {
    const members = await this.#client.zrange(this.#keys.ofUser(user), '0', '-1')
    return members.filter((member) => !MARKS.includes(member))
  }

  async has(user: string, ref: string): Promise<boolean> {
    return (await this.#client.zscore(this.#keys.ofUser(user), ref)) !== null
  }

  async remove(user: string, refs: readonly string[]): Promise<void> {
    if (refs.length > 0) await this.#client.zrem(this.#keys.ofUser(user), ...refs)
  }

  /** Removes entries of sessions that do not exist, unless they may be about to be written. */
  async forget(user: string, refs: readonly string[]): Promise<void> {
    if (refs.length === 0) return
    await this.#scripts.run(forgetScript, this.#keys.ofUser(user), [ENTRY_GRACE, ...refs])
  }

  async revoke(user: string): Promise<void> {
    await this.#scripts.runDurable(revokeScript, this.#keys.ofUser(user), [this.#life])
  }
}

function numberOf(score: string | null): number | undefined {
  return score === null ? undefined : Number(score)
}
