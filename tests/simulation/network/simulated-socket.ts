import { EventEmitter } from 'node:events'
import type { VirtualTime } from '../core/virtual-time.js'
import type { ChannelEnd, Frame, Receiver } from './channel-end.js'
import type { Host } from './host.js'
import type { Network } from './network.js'

/** Bytes that a socket takes before `write` answers false (`highWaterMark`). */
const highWaterMark = 64 * 1024

/** The port of every Redis node of this world. */
const nodePort = 6379

/** How answers to ROLE begin. */
const masterAnswer = '*3\r\n$6\r\nmaster\r\n'
const slaveAnswer = '*5\r\n$5\r\nslave\r\n'
const answerLength = masterAnswer.length - 1

/** Told of a socket's dial. */
export type DialFault = (socket: SimulatedSocket, end: ChannelEnd) => void

/**
 * What `net.Socket` is to a client, over the simulated network: the same events in the same order, and
 * none of them within the call that causes it.
 */
export class SimulatedSocket extends EventEmitter implements Receiver {
  readonly remote: string
  connecting = true
  destroyed = false
  /** Called with what is handed to it. */
  onSent: ((text: string) => void) | undefined
  /** Called with what has arrived, before it is handed on. */
  onReceived: ((text: string) => void) | undefined
  /** What the node last answered to ROLE, as far as it has arrived. */
  toldRole: 'master' | 'slave' | undefined
  readonly #time: VirtualTime
  readonly #isToNode: boolean
  readonly #end: ChannelEnd
  #corked: string[] | undefined
  /** Written before there is a connection. */
  #early = ''
  /** The end of what has arrived: an answer may come in pieces. */
  #lastArrived = ''
  #isFlowing = true
  #isEnded = false
  readonly #enter: () => void
  #needsDrain = false

  constructor(
    network: Network,
    host: Host,
    target: { readonly host: string; readonly port: number },
    /** The process is about to run. */
    enter: () => void,
  ) {
    super()
    this.#enter = enter
    this.remote = `${target.host}:${target.port}`
    this.#isToNode = target.port === nodePort
    this.#time = network.time
    this.#end = network.dial(host, target, this)
    this.#end.onDrain = () => this.#drain()
  }

  /** The connection below, for faults. */
  get channel(): ChannelEnd {
    return this.#end
  }

  get writable(): boolean {
    return !this.destroyed && !this.#isEnded
  }

  get readyState(): string {
    return this.destroyed ? 'closed' : this.connecting ? 'opening' : 'open'
  }

  get writableLength(): number {
    const corked = this.#corked?.reduce((sum, chunk) => sum + chunk.length, 0) ?? 0
    return this.#end.backlog + corked
  }

  get writableNeedDrain(): boolean {
    return this.#needsDrain
  }

  write(chunk: string | Uint8Array, encoding?: unknown, callback?: () => void): boolean {
    const onWritten = typeof encoding === 'function' ? (encoding as () => void) : callback
    if (!this.writable) return false
    const bytes = toBytes(chunk)
    this.onSent?.(bytes)
    if (this.connecting) this.#early += bytes
    else if (this.#corked !== undefined) this.#corked.push(bytes)
    else this.#end.send(bytes)
    if (onWritten !== undefined) this.#time.defer(onWritten)
    const isFull = this.writableLength >= highWaterMark
    if (isFull) this.#needsDrain = true
    return !isFull
  }

  cork(): void {
    this.#corked ??= []
  }

  uncork(): void {
    const corked = this.#corked
    this.#corked = undefined
    if (corked !== undefined && corked.length > 0) this.#end.send(corked.join(''))
  }

  end(): this {
    if (this.#isEnded || this.destroyed) return this
    this.#isEnded = true
    this.uncork()
    return this.destroy()
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    this.#corked = undefined
    this.#end.close()
    this.#time.after(0, () => {
      this.#enter()
      if (error !== undefined) this.emit('error', error)
      this.emit('close', error !== undefined)
    })
    return this
  }

  pause(): this {
    this.#isFlowing = false
    this.#end.pause()
    return this
  }

  resume(): this {
    if (this.#isFlowing) return this
    this.#isFlowing = true
    this.#time.after(0, () => {
      if (this.#isFlowing) this.#end.resume()
    })
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setTimeout(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  connected(): void {
    if (this.destroyed) return
    this.#enter()
    this.connecting = false
    if (this.#early !== '') this.#end.send(this.#early)
    this.#early = ''
    this.emit('connect')
    this.emit('ready')
  }

  refused(): void {
    this.destroy(socketError('connect', 'ECONNREFUSED', this.remote))
  }

  received(frame: Frame): void {
    if (this.destroyed || typeof frame !== 'string') return
    this.#enter()
    if (this.#isToNode) this.#readRole(frame)
    this.onReceived?.(frame)
    this.emit('data', Buffer.from(frame, 'latin1'))
  }

  closed(isReset: boolean): void {
    if (this.destroyed) return
    if (isReset || this.connecting) {
      this.destroy(socketError('read', 'ECONNRESET', this.remote))
      return
    }
    this.#enter()
    this.emit('end')
    this.destroy()
  }

  #readRole(frame: string): void {
    const text = this.#lastArrived + frame
    this.#lastArrived = text.slice(-answerLength)
    const [asMaster, asSlave] = [text.lastIndexOf(masterAnswer), text.lastIndexOf(slaveAnswer)]
    if (asMaster > asSlave) this.toldRole = 'master'
    else if (asSlave > asMaster) this.toldRole = 'slave'
  }

  #drain(): void {
    if (!this.#needsDrain || this.destroyed) return
    this.#needsDrain = false
    this.#enter()
    this.emit('drain')
  }
}

/** Bytes as characters of one byte each. */
function toBytes(chunk: string | Uint8Array): string {
  if (typeof chunk !== 'string') return Buffer.from(chunk).toString('latin1')
  return /^[\0-\x7f]*$/.test(chunk) ? chunk : Buffer.from(chunk, 'utf8').toString('latin1')
}

function socketError(call: string, code: string, remote: string): Error {
  return Object.assign(new Error(`${call} ${code} ${remote}`), { code, syscall: call })
}
