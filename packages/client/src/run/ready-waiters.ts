import type { Runtime } from '@disredis/sentinel'

interface Waiter {
  resolve(): void
  reject(error: Error): void
}

/** Those who wait for something to be ready: all are told at once, each has a limit of its own. */
export class ReadyWaiters {
  readonly #runtime: Runtime
  readonly #waiters = new Set<Waiter>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** @param timeoutError what it rejects with after `timeout` ms */
  wait(timeout: number, timeoutError: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#runtime.setTimer(() => waiter.reject(timeoutError()), timeout)
      const settle = () => {
        timer.cancel()
        this.#waiters.delete(waiter)
      }
      const waiter: Waiter = {
        resolve: () => {
          settle()
          resolve()
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      }
      this.#waiters.add(waiter)
    })
  }

  resolveAll(): void {
    for (const waiter of [...this.#waiters]) waiter.resolve()
  }

  rejectAll(error: Error): void {
    for (const waiter of [...this.#waiters]) waiter.reject(error)
  }
}
