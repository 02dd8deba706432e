import type { Redis } from 'ioredis'

/** What of ioredis's queue of unanswered commands is needed: replies take from it. */
interface CommandQueue {
  readonly length: number
  shift(): object | undefined
}

/** Takes a reply that belongs to no command, and does nothing with it. */
const nobody = Object.freeze({
  command: Object.freeze({ name: '', args: Object.freeze([]), resolve() {}, reject() {} }),
})

/**
 * Calls `onSurplus`, once, when the server sends a reply that answers nothing, or when the connection has
 * failed: it is of no more use then. ioredis tells it as an error event, but for a null it throws where nobody can catch it
 * (`DataHandler.shiftCommand`), which ends the process.
 *
 * @param redis not connected yet
 */
export function watchSurplusReplies(redis: Redis, onSurplus: () => void): void {
  // The queue is made anew before this event.
  redis.once('connect', () => {
    const queue = (redis as unknown as { readonly commandQueue: CommandQueue }).commandQueue
    const shift = queue.shift.bind(queue)
    let isTold = false
    queue.shift = () => {
      if (queue.length > 0 || isTold) return shift()
      isTold = true
      // ioredis also empties the queue in this way, and gives its reason for that before the next tick.
      process.nextTick(onSurplus)
      return nobody
    }
  })
}
