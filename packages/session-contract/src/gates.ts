interface Gate {
  readonly arrived: { count: number; readonly waiters: { count: number; resolve(): void }[] }
  readonly opened: Promise<void>
  open(): void
}

/** ms; catches a hang. */
const longest = 90_000

/** Holds requests in the middle, so that tests decide what overlaps without waiting for a clock. */
export class Gates {
  readonly #gates = new Map<string, Gate>()

  /** Called by a request: goes on when the gate is open. */
  async pass(name: string): Promise<void> {
    const { arrived, opened } = this.#gate(name)
    arrived.count++
    for (const waiter of arrived.waiters) if (arrived.count >= waiter.count) waiter.resolve()
    await opened
  }

  /** Resolves when so many requests have come to the gate. Rejects if one of them never does: it failed. */
  async arrived(name: string, count: number): Promise<void> {
    const { arrived } = this.#gate(name)
    if (arrived.count >= count) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const say = () => reject(new Error(`${arrived.count} of ${count} requests came to ${name}`))
      timer = setTimeout(say, longest)
    })
    const all = new Promise<void>((resolve) => arrived.waiters.push({ count, resolve }))
    await Promise.race([all, late]).finally(() => clearTimeout(timer))
  }

  open(name: string): void {
    this.#gate(name).open()
  }

  #gate(name: string): Gate {
    const known = this.#gates.get(name)
    if (known !== undefined) return known
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const gate = { arrived: { count: 0, waiters: [] }, opened, open }
    this.#gates.set(name, gate)
    return gate
  }
}
