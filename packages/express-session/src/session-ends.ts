const ENDS = Symbol('disredis.ends')

interface EndingRequest {
  [ENDS]?: SessionEnds
}

/** Ends and new beginnings of a request's sessions, for which its response waits. */
export class SessionEnds {
  readonly #running = new Set<Promise<void>>()
  /** Why the last of them failed, if it did. */
  failure: unknown

  /** Most requests have none, and get nothing added for that. */
  static of(req: object): SessionEnds | undefined {
    return (req as EndingRequest)[ENDS]
  }

  /** A session of this request is being ended or regenerated. @returns to be called when that has ended */
  static begin(req: object): (error: unknown) => void {
    const request = req as EndingRequest
    request[ENDS] ??= new SessionEnds()
    return request[ENDS].#begin()
  }

  /** Resolves when what is under way has ended, well or not; undefined if nothing is. */
  get settled(): Promise<unknown> | undefined {
    return this.#running.size === 0 ? undefined : Promise.all(this.#running)
  }

  #begin(): (error: unknown) => void {
    let settle: (() => void) | undefined
    const running = new Promise<void>((resolve) => {
      settle = resolve
    })
    this.#running.add(running)
    return (error) => {
      this.failure = error ?? undefined
      this.#running.delete(running)
      settle?.()
    }
  }
}
