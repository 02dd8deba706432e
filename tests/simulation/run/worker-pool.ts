import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { WorkerAnswer, WorkerRequest } from './worker-messages.js'

/** Processes that run schedules, one at a time each. */
export class WorkerPool implements Disposable {
  readonly #idle: ChildProcess[] = []
  readonly #all: ChildProcess[] = []
  readonly #waiting: ((worker: ChildProcess) => void)[] = []

  /** @param script `worker.js` of the product that is to be run: this one's, or a broken one's */
  constructor(jobs: number, script = fileURLToPath(new URL('./worker.js', import.meta.url))) {
    for (let job = 0; job < jobs; job++) {
      const worker = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      this.#all.push(worker)
      this.#idle.push(worker)
    }
  }

  /** Rejects when the process dies. */
  async ask(request: WorkerRequest): Promise<WorkerAnswer> {
    const worker =
      this.#idle.pop() ??
      (await new Promise<ChildProcess>((resolve) => this.#waiting.push(resolve)))
    try {
      return await new Promise((resolve, reject) => {
        const onExit = (code: number | null) =>
          reject(new Error(`A worker died (${code}) over ${JSON.stringify(request)}`))
        worker.once('exit', onExit)
        worker.once('message', (answer: WorkerAnswer) => {
          worker.off('exit', onExit)
          resolve(answer)
        })
        worker.send(request)
      })
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#idle.push(worker)
      else next(worker)
    }
  }

  [Symbol.dispose](): void {
    for (const worker of this.#all) if (worker.connected) worker.disconnect()
  }
}
