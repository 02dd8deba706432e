import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { currentProcess } from './current-process.js'

/**
 * Makes it an error to get around the seams: while a process of a world runs, nobody may ask Node for
 * the time, for chance, for a timer or for a socket. Imported for what it does, before the product.
 */
const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
}

type Anything = (...args: never[]) => unknown

function guard<Guarded extends Anything>(name: string, guarded: Guarded): Guarded {
  const checked = (...args: never[]) => {
    if (currentProcess.value !== undefined) {
      throw new Error(`${name} was called past the runtime: a simulated world has its own`)
    }
    return guarded(...args)
  }
  return checked as unknown as Guarded
}

Object.assign(globalThis, {
  setTimeout: guard('setTimeout', real.setTimeout as Anything),
  setInterval: guard('setInterval', real.setInterval as Anything),
  setImmediate: guard('setImmediate', real.setImmediate as Anything),
})
Math.random = guard('Math.random', Math.random)
Date.now = guard('Date.now', Date.now)
performance.now = guard('performance.now', performance.now.bind(performance))
net.createConnection = guard('net.createConnection', net.createConnection as Anything) as never
net.connect = guard('net.connect', net.connect as Anything) as never
syncBuiltinESMExports()
