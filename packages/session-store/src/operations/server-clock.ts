/** Stamps farther ahead than that are none that a server gave. */
const FARTHEST = 366 * 86_400_000

/**
 * The time of the Redis servers, as far as this process knows it: their replies tell it. Whether a use
 * is to be written, or a session has lived too long, is decided by that clock and not by the process's.
 */
export class ServerClock {
  #ahead = 0
  #latestStamp = 0

  /** ms since 1970 */
  now(): number {
    return Date.now() + this.#ahead
  }

  /** A reply that just came says what time it is there. */
  learn(time: number): void {
    this.#ahead = time - Date.now()
  }

  /** A user's epoch was seen. */
  saw(stamp: number): void {
    if (stamp > this.#latestStamp && stamp < this.now() + FARTHEST) this.#latestStamp = stamp
  }

  /**
   * What a user's new epoch is at least: above all stamps that were seen, so that none of them is good
   * again if the user's key was lost and its new master's clock is behind.
   */
  get leastEpoch(): number {
    return this.#latestStamp + 1
  }
}
