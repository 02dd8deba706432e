type Kind = 'subjective' | 'objective'

export interface DownChange {
  readonly isObjective: boolean
  readonly isDown: boolean
}

/**
 * Makes one account of what every Sentinel says on whether one master is down: down with the first
 * that says so, up when a Sentinel says so and no connected one says otherwise.
 */
export class DownTracker {
  readonly #says: Record<Kind, Set<string>> = { subjective: new Set(), objective: new Set() }
  readonly #isDown: Record<Kind, boolean> = { subjective: false, objective: false }

  /** `sentinel` published it. */
  applyEvent(sentinel: string, { isObjective, isDown }: DownChange): DownChange[] {
    return this.#record(sentinel, isObjective ? 'objective' : 'subjective', isDown)
  }

  /** `sentinel` described the master with these flags: heals what was missed while it was away. */
  applyFlags(sentinel: string, flags: readonly string[]): DownChange[] {
    return [
      ...this.#record(sentinel, 'subjective', flags.includes('s_down')),
      ...this.#record(sentinel, 'objective', flags.includes('o_down')),
    ]
  }

  /** `sentinel` is not connected: it neither holds the master down nor calls it up. */
  removeSentinel(sentinel: string): void {
    this.#says.subjective.delete(sentinel)
    this.#says.objective.delete(sentinel)
  }

  /** Another node is master now. */
  reset(): void {
    for (const kind of ['subjective', 'objective'] as const) {
      this.#says[kind].clear()
      this.#isDown[kind] = false
    }
  }

  #record(sentinel: string, kind: Kind, says: boolean): DownChange[] {
    if (says) this.#says[kind].add(sentinel)
    else this.#says[kind].delete(sentinel)
    const isDown = this.#says[kind].size > 0
    if (isDown === this.#isDown[kind]) return []
    this.#isDown[kind] = isDown
    return [{ isObjective: kind === 'objective', isDown }]
  }
}
