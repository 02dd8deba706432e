import type { VirtualTime } from '../core/virtual-time.js'

/** What a process hears of a connection. */
export interface Receiver {
  /** The dial succeeded; of the side that dialled. */
  connected?(): void
  /** Nobody listens there; of the side that dialled. */
  refused?(): void
  received(frame: Frame): void
  /** The other side has closed. What it sent before was received, unless it was a reset. */
  closed(isReset: boolean): void
}

/** Bytes (of a client) or a message (between servers). */
export type Frame = string | object

export type Accept = (end: ChannelEnd) => Receiver

interface Travelling {
  /** Its place among what this side sends. */
  readonly order: number
  readonly frame: Frame | typeof fin | typeof rst
  readonly size: number
}

/** What a connection needs of the machine on which it ends. */
export interface EndHost {
  readonly name: string
  readonly ip: string
  readonly isUp: boolean
  readonly isFrozen: boolean
  readonly ends: Set<ChannelEnd>
}

/** What a connection needs of the way to the other side. */
export interface Way {
  readonly time: VirtualTime
  isCut(from: EndHost, to: EndHost): boolean
  /** ms of one way for so many bytes. */
  delay(from: EndHost, to: EndHost, size: number): number
}

const fin = Symbol('FIN')
const rst = Symbol('RST')

/** What the kernel takes of a sender before it tells it to wait. */
const sendBuffer = 256 * 1024

/** Of one frame: a long one in pieces of a byte would cost more than all the rest of a world. */
const mostPieces = 24

/**
 * One side of a connection. What it sends arrives in order, after a delay, and not before what was cut
 * off is connected again; if the other side is gone by then, a reset comes back.
 */
export class ChannelEnd {
  readonly host: EndHost
  readonly #network: Way
  peer!: ChannelEnd
  receiver: Receiver | undefined
  isClosed = false
  /** Resets the connection when so many more bytes of this side have arrived. */
  cutAfter: number | undefined
  /** Of bytes of this side: they arrive in pieces of this size, or of a part of {@link mostPieces}. */
  pieceSize: number | undefined
  /** Called when the kernel takes bytes again. */
  onDrain: (() => void) | undefined
  #isPaused = false
  #lastArrival = 0
  #order = 0
  #unacknowledged = 0
  /** Sent into a link that is cut. */
  #held: Travelling[] = []
  /** Received by the kernel, not yet by the process. */
  #inbox: Travelling[] = []
  #readableSince = 0

  constructor(network: Way, host: EndHost) {
    this.#network = network
    this.host = host
    this.#isPaused = host.isFrozen
    host.ends.add(this)
  }

  /** Bytes that the kernel does not take at present. */
  get backlog(): number {
    return Math.max(0, this.#unacknowledged - sendBuffer)
  }

  send(frame: Frame, size = typeof frame === 'string' ? frame.length : 64): void {
    if (this.isClosed) return
    this.#unacknowledged += size
    if (typeof frame !== 'string' || this.pieceSize === undefined)
      this.#transmit(this.#item(frame, size))
    else {
      const size = Math.max(this.pieceSize, Math.ceil(frame.length / mostPieces))
      for (let at = 0; at < frame.length; at += size) {
        const piece = frame.slice(at, at + size)
        this.#transmit(this.#item(piece, piece.length))
      }
    }
  }

  /** The other side gets what was sent before, then the end. */
  close(): void {
    if (this.isClosed) return
    this.#transmit(this.#item(fin, 0))
    this.vanish()
  }

  /** The other side may lose what was sent before. */
  reset(): void {
    if (this.isClosed) return
    this.#transmit(this.#item(rst, 0))
    this.vanish()
  }

  /** Without a word to the other side. */
  vanish(): void {
    this.isClosed = true
    this.#inbox = []
    this.host.ends.delete(this)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    if (this.host.isFrozen) return
    this.#isPaused = false
    const inbox = this.#inbox
    this.#inbox = []
    for (const item of inbox) this.#arrive(item)
  }

  /** What was held is sent again. */
  release(): void {
    const held = this.#held
    this.#held = []
    for (const item of held) this.#transmit(item)
  }

  /** Since when there has been something to be read; of use while the process does not read. */
  get readableSince(): number {
    return this.#readableSince
  }

  get isHolding(): boolean {
    return this.#held.length > 0
  }

  #item(frame: Travelling['frame'], size: number): Travelling {
    return { order: this.#order++, frame, size }
  }

  /** What was under way when the link was cut comes before what was sent after. */
  #hold(item: Travelling): void {
    const later = this.#held.findIndex(({ order }) => order > item.order)
    if (later === -1) this.#held.push(item)
    else this.#held.splice(later, 0, item)
  }

  #transmit(item: Travelling): void {
    const network = this.#network
    if (this.#held.length > 0 || network.isCut(this.host, this.peer.host)) {
      this.#hold(item)
      return
    }
    const { time } = network
    const delay = network.delay(this.host, this.peer.host, item.size)
    const at = Math.max(this.#lastArrival, time.now + delay)
    this.#lastArrival = at
    time.at(at, () => {
      if (network.isCut(this.host, this.peer.host) || this.#held.length > 0) this.#hold(item)
      else this.#deliver(item)
    })
  }

  #deliver(item: Travelling): void {
    const { peer } = this
    this.#acknowledge(item.size)
    if (peer.isClosed) {
      // Of a machine without power nothing comes back.
      if (peer.host.isUp && item.frame !== rst && !this.isClosed) this.#hearReset()
      return
    }
    if (this.cutAfter === undefined || typeof item.frame !== 'string') {
      peer.#arrive(item)
      return
    }
    if (item.frame.length < this.cutAfter) {
      this.cutAfter -= item.frame.length
      peer.#arrive(item)
      return
    }
    if (this.cutAfter > 0) peer.#arrive(this.#item(item.frame.slice(0, this.cutAfter), 0))
    this.cutAfter = undefined
    peer.#arrive(this.#item(rst, 0))
    this.#hearReset()
  }

  #acknowledge(size: number): void {
    const wasFull = this.backlog > 0
    this.#unacknowledged -= size
    if (wasFull && this.backlog === 0 && !this.isClosed) this.onDrain?.()
  }

  #arrive(item: Travelling): void {
    if (this.isClosed) return
    if (this.#isPaused) {
      // The kernel drops what the process has not read.
      if (item.frame === rst) this.#inbox = []
      if (this.#inbox.length === 0) this.#readableSince = this.#network.time.now
      this.#inbox.push(item)
      return
    }
    const { frame } = item
    if (frame === fin || frame === rst) {
      this.vanish()
      this.receiver?.closed(frame === rst)
    } else {
      this.receiver?.received(frame as Frame)
    }
  }

  #hearReset(): void {
    this.#network.time.after(this.#network.delay(this.peer.host, this.host, 0), () =>
      this.#arrive(this.#item(rst, 0)),
    )
  }
}
