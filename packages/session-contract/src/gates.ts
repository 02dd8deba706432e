interface Gate {
  readonly arrived: { count: number; readonly waiters: { count: number; resolve(): void }[] }
  readonly opened: Promise<void>
  open(): void
}

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

  /** Resolves when so many requests have come to the gate. */
  async arrived(name: string, count: number): Promise<void> {
    const { arrived } = this.#gate(name)
    if (arrived.count >= count) return
    await new Promise<void>((resolve) => arrived.waiters.push({ count, resolve }))
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
