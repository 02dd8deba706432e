import type { Random } from '../core/random.js'
import type { VirtualTime } from '../core/virtual-time.js'
import { type Accept, ChannelEnd, type EndHost, type Receiver, type Way } from './channel-end.js'
import { Host } from './host.js'

export interface NetworkOptions {
  /** ms of one way. */
  readonly latency: number
  /** Mean of what comes on top, in ms. */
  readonly jitter: number
}

/** ms after which an unanswered SYN is sent again, and again. */
const synRetries = [1000, 2000, 4000, 8000]

/** The longest that TCP waits before it tries again what a cut link swallowed, in ms. */
const longestRetransmission = 3000

interface Cut {
  count: number
  readonly since: number
}

/** Hosts, the connections between them, and what is wrong with the links. */
export class Network implements Way {
  readonly time: VirtualTime
  readonly #random: Random
  readonly #options: NetworkOptions
  readonly #hosts = new Map<string, Host>()
  /** How many faults cut the way from one host to another, and since when. */
  readonly #cuts = new Map<EndHost, Map<EndHost, Cut>>()
  /** How far away a host is: constant ms on top of each way, unlike what a fault adds. */
  readonly #distances = new Map<EndHost, number>()
  /** Additional ms for all that a host sends and gets. */
  readonly #slow = new Map<EndHost, number>()

  constructor(time: VirtualTime, random: Random, options: NetworkOptions) {
    this.time = time
    this.#random = random
    this.#options = options
  }

  get hosts(): readonly Host[] {
    return [...this.#hosts.values()]
  }

  addHost(name: string, ip: string): Host {
    const host = new Host(name, ip)
    this.#hosts.set(ip, host)
    return host
  }

  listen(host: Host, port: number, accept: Accept): void {
    host.listeners.set(port, accept)
  }

  /** Whether a process takes connections there. */
  isListening({ host, port }: { readonly host: string; readonly port: number }): boolean {
    return this.#hosts.get(host)?.listeners.has(port) === true
  }

  dial(
    from: Host,
    to: { readonly host: string; readonly port: number },
    receiver: Receiver,
  ): ChannelEnd {
    const end = new ChannelEnd(this, from)
    end.receiver = receiver
    const target = this.#hosts.get(to.host)
    if (target === undefined) {
      this.time.after(this.#options.latency, () => this.#refuse(end))
      return end
    }
    const peer = new ChannelEnd(this, target)
    // Until its kernel has accepted it there is no connection that a kill could close.
    target.ends.delete(peer)
    end.peer = peer
    peer.peer = end
    this.#sendSyn(end, peer, target, to.port, 0)
    return end
  }

  delay(from: EndHost, to: EndHost, size: number): number {
    const { latency, jitter } = this.#options
    const slow = (this.#slow.get(from) ?? 0) + (this.#slow.get(to) ?? 0)
    const distance = (this.#distances.get(from) ?? 0) + (this.#distances.get(to) ?? 0)
    const base = latency + distance + slow + this.#random.exponential(jitter + slow / 4)
    return base + size / 100_000
  }

  isCut(from: EndHost, to: EndHost): boolean {
    return this.#cuts.size > 0 && this.#cuts.get(from)?.has(to) === true
  }

  /** Nothing gets from one to the other any more: one way only. */
  cut(from: Host, to: Host): void {
    const cuts = this.#cuts.get(from) ?? new Map<EndHost, Cut>()
    this.#cuts.set(from, cuts)
    const known = cuts.get(to)
    if (known === undefined) cuts.set(to, { count: 1, since: this.time.now })
    else known.count++
  }

  heal(from: Host, to: Host): void {
    const cuts = this.#cuts.get(from)
    const known = cuts?.get(to)
    if (cuts === undefined || known === undefined || --known.count > 0) return
    cuts.delete(to)
    if (cuts.size === 0) this.#cuts.delete(from)
    const outage = Math.min(longestRetransmission, this.time.now - known.since)
    for (const end of from.ends) {
      if (end.peer?.host === to) this.#releaseLater(end, outage)
    }
  }

  /** @param distance ms of one way, to anybody */
  moveAway(host: Host, distance: number): void {
    if (distance > 0) this.#distances.set(host, distance)
  }

  isSlow(host: EndHost): boolean {
    return this.#slow.has(host)
  }

  /** All that a host sends and gets takes so many ms more; 0 ends it. */
  slowDown(host: Host, delay: number): void {
    if (delay === 0) this.#slow.delete(host)
    else this.#slow.set(host, delay)
  }

  #releaseLater(end: ChannelEnd, outage: number): void {
    if (!end.isHolding) return
    this.time.after(this.#random.next() * outage, () => {
      if (end.peer !== undefined && !this.isCut(end.host, end.peer.host)) end.release()
    })
  }

  #sendSyn(end: ChannelEnd, peer: ChannelEnd, target: Host, port: number, attempt: number): void {
    if (end.isClosed) return
    const arrival = this.delay(end.host, target, 0)
    this.time.after(arrival, () => {
      const isLost = !target.isUp || this.isCut(end.host, target) || this.isCut(target, end.host)
      if (isLost) {
        const wait = synRetries[attempt]
        if (wait !== undefined) {
          this.time.after(wait, () => this.#sendSyn(end, peer, target, port, attempt + 1))
        }
        return
      }
      const accept = target.listeners.get(port)
      if (accept === undefined) {
        this.time.after(this.delay(target, end.host, 0), () => this.#refuse(end))
        return
      }
      if (end.isClosed) return
      target.ends.add(peer)
      if (target.isFrozen) peer.pause()
      peer.receiver = accept(peer)
      this.time.after(this.delay(target, end.host, 0), () => {
        if (!end.isClosed) end.receiver?.connected?.()
      })
    })
  }

  #refuse(end: ChannelEnd): void {
    if (end.isClosed) return
    end.vanish()
    end.receiver?.refused?.()
  }
}
