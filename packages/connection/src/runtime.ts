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
  /** Calls `callback` before anything else happens: `process.nextTick`. In a microtask: after all pending ones. */
  nextTick(callback: () => void): void
  /**
   * Calls `callback` after what has arrived on the sockets by now was read (`setImmediate`):
   * a verdict on a silent connection is due only then, because the event loop may have stalled.
   */
  afterIo(callback: () => void): void
  /** 0 <= value < 1. */
  random(): number
}

// Taken at load: fake timers in somebody's tests must not stop connections.
const { setTimeout, clearTimeout, setImmediate } = globalThis
const { nextTick } = process
const now = performance.now.bind(performance)

/** The real clock, timers and randomness of this process. */
export const systemRuntime: Runtime = {
  now,
  setTimer(callback, delay) {
    const handle = setTimeout(callback, delay)
    return { cancel: () => clearTimeout(handle) }
  },
  nextTick: (callback) => nextTick(callback),
  afterIo: (callback) => void setImmediate(callback),
  random: () => Math.random(),
}
