import type { Runtime } from '@disredis/connection'
import { judgeLinks } from '../connection/link-verdict.js'
import type { ShardConnection } from '../connection/shard-connection.js'

/** Bytes a second: what is slower than 1 Mbit/s is taken for dead where the node may not be asked. */
const slowestLink = 128 * 1024

/**
 * Whether a silent link is given up, when its node answers on another one: the node is asked for it. It may
 * live: the server holds up what was sent, or a large request is still on its way.
 */
export class LinkCheck {
  readonly #runtime: Runtime
  /** ms of silence before a check, and between two. */
  readonly #livenessTimeout: number
  #isRunning = false
  #checkedAt = Number.NEGATIVE_INFINITY

  constructor(runtime: Runtime, livenessTimeout: number) {
    this.#runtime = runtime
    this.#livenessTimeout = livenessTimeout
  }

  /** The link has been silent for so many ms: it is time to look for another one. */
  isDue(silence: number, now: number): boolean {
    const interval = this.#livenessTimeout
    return !this.#isRunning && silence > interval && now - this.#checkedAt > interval
  }

  /**
   * @param witness to the same node; destroyed if it does not take over
   * @param replace takes the witness over in place of the link, which is dead. False if it is not wanted.
   */
  async run(
    silent: ShardConnection,
    silence: number,
    witness: ShardConnection,
    replace: () => boolean,
  ): Promise<void> {
    const limit = this.#runtime.setTimer(() => witness.destroy(), this.#livenessTimeout)
    this.#isRunning = true
    let isReplaced = false
    try {
      const [verdict] = await judgeLinks(witness, [silent], silence)
      const transfer = (silent.bytesUnderWay / slowestLink) * 1000
      const isOverdue = silence > this.#livenessTimeout + transfer
      const isDead = verdict === 'dead' || (verdict === 'unknown' && isOverdue)
      isReplaced = isDead && !witness.isClosed && replace()
    } catch {
      // The witness ended before its answer; while the link is silent the next one follows.
    } finally {
      limit.cancel()
      this.#isRunning = false
      this.#checkedAt = this.#runtime.now()
      if (!isReplaced) witness.destroy()
    }
  }
}
