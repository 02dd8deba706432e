import type { Runtime, SentinelTopology, Timer } from '@disredis/sentinel'
import { FencedError } from '../errors.js'

/**
 * Closes when fewer than a majority of the known Sentinels have been connected for a time: this
 * process may be cut off together with an old master, whose writes will be lost.
 */
export class SentinelFence {
  readonly #after: number
  readonly #runtime: Runtime
  readonly #onChange: (error: FencedError | undefined) => void
  #timer: Timer | undefined
  #error: FencedError | undefined

  /** @param after ms without a majority before the fence closes. */
  constructor(after: number, runtime: Runtime, onChange: (error: FencedError | undefined) => void) {
    this.#after = after
    this.#runtime = runtime
    this.#onChange = onChange
  }

  /** Why writes are held; undefined while they are not. */
  get error(): FencedError | undefined {
    return this.#error
  }

  /** Called with every snapshot. */
  hear(sentinels: readonly SentinelTopology[]): void {
    if (hasMajority(sentinels)) {
      this.end()
      if (this.#error !== undefined) this.#change(undefined)
      return
    }
    if (this.#error !== undefined || this.#timer !== undefined) return
    this.#timer = this.#runtime.setTimer(() => {
      this.#timer = undefined
      this.#change(
        new FencedError(
          `Writes are held: no majority of the ${sentinels.length} Sentinels has been reachable for ${this.#after} ms (fenceAfter).`,
          { retryable: true },
        ),
      )
    }, this.#after)
  }

  #change(error: FencedError | undefined): void {
    this.#error = error
    this.#onChange(error)
  }

  end(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}

/** Whether more than half of the known Sentinels are connected. */
export function hasMajority(sentinels: readonly SentinelTopology[]): boolean {
  const connected = sentinels.filter(({ isConnected }) => isConnected).length
  return connected * 2 > sentinels.length
}
