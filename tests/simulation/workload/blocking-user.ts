import { type Disredis, DisredisError } from '@disredis/client'
import type { ClientProcess } from '../world/client-process.js'
import type { UserContext } from './user-context.js'

/** s that a blocking command waits on the server. */
const longestWait = 2

/** Pops from a list that nobody fills: each call must come back by itself. */
export class BlockingUser {
  readonly #client: Disredis
  readonly #process: ClientProcess
  readonly #context: UserContext
  /** When the call that is under way was made. */
  waitingSince: number | undefined
  #isStopped = false

  constructor(client: Disredis, process: ClientProcess, context: UserContext) {
    this.#client = client
    this.#process = process
    this.#context = context
    this.#pop()
  }

  stop(): void {
    this.#isStopped = true
  }

  #pop(): void {
    if (this.#isStopped) return
    const { world, onReached, onViolation } = this.#context
    this.waitingSince = world.time.now
    const next = () => {
      this.waitingSince = undefined
      this.#process.setOwnTimer(() => this.#pop(), 50)
    }
    this.#client.blpop(`{${this.#process.name}}:nothing`, longestWait).then(
      (reply) => {
        onReached('blocking command timed out')
        if (reply !== null) onViolation(`BLPOP of a list that nobody fills gave ${String(reply)}`)
        next()
      },
      (error: Error) => {
        onReached(`blocking command failed: ${error.name}`)
        const isRefusal = /^(MISCONF|BUSY)/.test(error.message)
        if (!(error instanceof DisredisError) && !isRefusal) {
          onViolation(`BLPOP failed with ${error.name}: ${error.message}`)
        }
        next()
      },
    )
  }
}
