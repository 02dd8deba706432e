/** A timer that can be cancelled. Cancelling a fired or cancelled timer does nothing. */
export interface Timer {
  cancel(): void
}

/**
 * Time and chance as arguments, so that failover logic can run under a simulated clock.
 * Nothing that decides about a failover reads the wall clock.
 */
export interface Runtime {
  /** Monotonic time in ms. Not related to the date. */
  now(): number
  /** Calls `callback` once, at least `delay` ms from now. The timer keeps the process alive. */
  setTimer(callback: () => void, delay: number): Timer
  /**
   * Calls `callback` after what has arrived on the sockets by now was read (`setImmediate`):
   * a verdict on a silent connection is due only then, because the event loop may have stalled.
   */
  afterIo(callback: () => void): void
  /** 0 <= value < 1. */
  random(): number
}

/** The real clock, timers and randomness of this process. */
export const systemRuntime: Runtime = {
  now: () => performance.now(),
  setTimer(callback, delay) {
    const handle = setTimeout(callback, delay)
    return { cancel: () => clearTimeout(handle) }
  },
  afterIo: (callback) => void setImmediate(callback),
  random: () => Math.random(),
}
