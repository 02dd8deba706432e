import type { Runtime, Timer } from '@disredis/connection'

/** A stalled event loop uses up one slice at most, however long it stalls. */
const slices = 4

/**
 * Calls `onExpired` when `delay` ms went by in which the event loop was alive to read an answer.
 * Plain timers would condemn every healthy peer after a long garbage collection.
 */
export function startDeadline(runtime: Runtime, delay: number, onExpired: () => void): Timer {
  let left = slices
  let isCancelled = false
  let timer: Timer
  const wait = () => {
    timer = runtime.setTimer(() => {
      left -= 1
      if (left > 0) return wait()
      runtime.afterIo(() => {
        if (!isCancelled) onExpired()
      })
    }, delay / slices)
  }
  wait()
  return {
    cancel() {
      isCancelled = true
      timer.cancel()
    },
  }
}
