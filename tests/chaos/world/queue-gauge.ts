import type { Disredis } from '@disredis/client'
import type { Ledger } from '../oracle/ledger.js'

const interval = 20

/** The most that waited in a client's queues at any look. */
export class QueueGauge {
  commands = 0
  bytes = 0
  /** The longest that a command was seen waiting, ms. */
  age = 0
  #timer: NodeJS.Timeout | undefined

  watch(client: Disredis, ledger: Ledger): void {
    this.#timer ??= setInterval(() => {
      this.age = Math.max(this.age, ledger.oldestPending(performance.now()))
      for (const { queue } of client.health().shards) {
        this.commands = Math.max(this.commands, queue.commands)
        this.bytes = Math.max(this.bytes, queue.bytes)
      }
    }, interval)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
