import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { currentProcess } from './current-process.js'

/*
 * Puts the process of the world that runs now in the place of this one: whatever asks Node for the time,
 * for chance or for a socket gets what that process would. It takes effect for all that is imported
 * after this module, and leaves no way around the world's clock.
 */

const {
  setTimeout: realSetTimeout,
  clearTimeout: realClearTimeout,
  setImmediate: realSetImmediate,
  clearImmediate: realClearImmediate,
} = globalThis
const realRandom = Math.random
const realNow = performance.now.bind(performance)
const realCreateConnection = net.createConnection

/** What a timer of the world is to those who want one of Node's. */
class SimulatedTimeout {
  readonly cancel: () => void

  constructor(cancel: () => void) {
    this.cancel = cancel
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }
}

type Callback = (...args: unknown[]) => void

function setSimulatedTimeout(callback: Callback, delay = 1, ...args: unknown[]): unknown {
  if (currentProcess.value === undefined) return realSetTimeout(callback, delay, ...args)
  const timer = currentProcess.value.setTimer(() => callback(...args), delay)
  return new SimulatedTimeout(() => timer.cancel())
}

function clearSimulatedTimeout(timeout: unknown): void {
  if (timeout instanceof SimulatedTimeout) timeout.cancel()
  else realClearTimeout(timeout as NodeJS.Timeout)
}

function setSimulatedImmediate(callback: Callback, ...args: unknown[]): unknown {
  if (currentProcess.value === undefined) return realSetImmediate(callback, ...args)
  let isCancelled = false
  currentProcess.value.afterIo(() => {
    if (!isCancelled) callback(...args)
  })
  return new SimulatedTimeout(() => {
    isCancelled = true
  })
}

function clearSimulatedImmediate(immediate: unknown): void {
  if (immediate instanceof SimulatedTimeout) immediate.cancel()
  else realClearImmediate(immediate as NodeJS.Immediate)
}

Object.assign(globalThis, {
  setTimeout: setSimulatedTimeout,
  clearTimeout: clearSimulatedTimeout,
  setImmediate: setSimulatedImmediate,
  clearImmediate: clearSimulatedImmediate,
})
Math.random = () =>
  currentProcess.value === undefined ? realRandom() : currentProcess.value.random()
performance.now = () =>
  currentProcess.value === undefined ? realNow() : currentProcess.value.now()
net.createConnection = ((...args: unknown[]) => {
  if (currentProcess.value !== undefined) {
    return currentProcess.value.openSocket(
      args[0] as { readonly host: string; readonly port: number },
    )
  }
  return (realCreateConnection as (...args: unknown[]) => unknown)(...args)
}) as typeof net.createConnection
net.connect = net.createConnection
syncBuiltinESMExports()
