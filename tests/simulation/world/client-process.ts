import type { Journal } from '../core/journal.js'
import type { Random } from '../core/random.js'
import type { Host } from '../network/host.js'
import type { Network } from '../network/network.js'
import { SimulatedSocket } from '../network/simulated-socket.js'
import { currentProcess } from './current-process.js'

/** A timer that can be cancelled. */
export interface SimulatedTimer {
  cancel(): void
}

interface PendingTimer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/**
 * A process that uses the client: its event loop, its timers and its sockets. When the loop is held up
 * nothing of it runs; afterwards timers that are due come first, then what has arrived, then immediates.
 */
export class ClientProcess {
  readonly host: Host
  readonly #network: Network
  readonly #random: Random
  readonly #journal: Journal
  /** Timers that became due while the loop was held up. */
  #late: PendingTimer[] | undefined
  #timers = 0
  #order = 0
  readonly sockets = new Set<SimulatedSocket>()
  /** Called for each new socket, by faults. */
  onSocket: ((socket: SimulatedSocket) => void) | undefined
  dials = 0
  onStall: ((duration: number) => void) | undefined
  /** Called with what has arrived, before the client gets it. */
  onReceived: ((text: string, socket: SimulatedSocket) => void) | undefined
  /** Called with what is handed to a socket. */
  onSent: ((text: string, socket: SimulatedSocket) => void) | undefined

  constructor(host: Host, network: Network, random: Random, journal: Journal) {
    this.host = host
    this.#network = network
    this.#random = random
    this.#journal = journal
  }

  get name(): string {
    return this.host.name
  }

  /** Timers that are neither over nor cancelled. */
  get pendingTimers(): number {
    return this.#timers
  }

  /** Its code is about to run. */
  enter = (): void => {
    currentProcess.value = this
    this.#network.time.touch()
  }

  now = (): number => this.#network.time.now

  random = (): number => this.#random.next()

  /** A timer of the client. */
  setTimer = (callback: () => void, delay: number): SimulatedTimer => {
    this.#timers++
    let isPending = true
    const end = () => {
      if (isPending) this.#timers--
      isPending = false
    }
    const timer = this.setOwnTimer(() => {
      end()
      callback()
    }, delay)
    return {
      cancel: () => {
        end()
        timer.cancel()
      },
    }
  }

  /** A timer of the application: the client is not asked to give it back. */
  setOwnTimer = (callback: () => void, delay: number): SimulatedTimer => {
    const { time } = this.#network
    let isPending = true
    const fire = () => {
      if (!isPending) return
      if (this.#late !== undefined) {
        this.#late.push({ at: time.now, order: this.#order++, callback: fire })
        return
      }
      isPending = false
      this.enter()
      callback()
    }
    // A timer of Node takes a millisecond at least.
    const event = time.after(Math.max(1, delay), fire)
    return {
      cancel: () => {
        isPending = false
        event.cancel()
      },
    }
  }

  afterIo = (callback: () => void): void => {
    const { time } = this.#network
    const run = () => {
      if (this.#late !== undefined) {
        this.#late.push({ at: Number.MAX_VALUE, order: this.#order++, callback: run })
        return
      }
      this.enter()
      callback()
    }
    time.after(0, run)
  }

  /** At the end of what runs now, before promise jobs (`process.nextTick`). */
  nextTick = (callback: () => void): void => this.#network.time.defer(callback)

  openSocket = (target: { readonly host: string; readonly port: number }): SimulatedSocket => {
    this.dials++
    const socket = new SimulatedSocket(this.#network, this.host, target, this.enter)
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    this.onSocket?.(socket)
    socket.onSent = (text) => this.onSent?.(text, socket)
    socket.onReceived = (text) => this.onReceived?.(text, socket)
    return socket
  }

  /** The event loop does nothing for so long. */
  stall(duration: number): void {
    if (this.#late !== undefined) return
    this.#journal.write(this.name, `its event loop is held up for ${duration.toFixed(0)} ms`)
    this.onStall?.(duration)
    this.#late = []
    this.host.freeze()
    this.#network.time.after(duration, () => {
      const late = this.#late ?? []
      this.#late = undefined
      const { time } = this.#network
      const isTimer = ({ at }: PendingTimer) => at !== Number.MAX_VALUE
      // Each in an event of its own: promise jobs run between callbacks.
      for (const { callback } of late.filter(isTimer)) time.after(0, callback)
      time.after(0, () => this.host.thaw())
      for (const { callback } of late.filter((it) => !isTimer(it))) time.after(0, callback)
    })
  }
}
