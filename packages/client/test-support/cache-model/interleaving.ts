import type { CachePart, Reading } from '../../src/cache/cache-part.js'
import { NearCache } from '../../src/cache/near-cache.js'
import { Truth } from './truth.js'

/** What went wrong, and after which steps. */
export class ModelError extends Error {}

interface Read {
  readonly key: number
  readonly askedAt: number
  /** In the sequence: what is older than this when it is answered is stale. */
  readonly floor: number
  readonly sentAt: number
  reading: Reading<Read> | undefined
  readonly followers: Read[]
}

/** To the server: on the connection that tracks, or on the shard's own. */
type Request =
  | { readonly kind: 'read'; readonly read: Read }
  | { readonly kind: 'ping'; readonly sentAt: number }
  | { readonly kind: 'write'; readonly key: number; readonly text: string }
  | { readonly kind: 'flush' }

/** From the server, in the order of the wire. */
type Message =
  | { readonly kind: 'value'; readonly read: Read; readonly version: number }
  | { readonly kind: 'pong'; readonly sentAt: number }
  | { readonly kind: 'invalidate'; readonly key: number | undefined; readonly sequence: number }
  | {
      readonly kind: 'written'
      readonly text: string
      readonly sequence: number
      readonly key: number
    }
  | { readonly kind: 'flushed'; readonly sequence: number }

const keyCount = 3
const names = ['a', 'b', 'c']
const maxStaleness = 10
const maxAge = 1000

/** Counts of what was seen: a model in which nothing happens proves nothing. */
export interface Seen {
  hits: number
  fills: number
  joined: number
  /** Replies that were not kept. */
  dropped: number
}

/**
 * One shard with its two connections, readers, writers and faults, in an order that `random` chooses; each
 * value that a reader gets is held against what was true.
 *
 * - It was true within the last `maxStaleness` ms before it was asked for, or later.
 * - It is not older than a write of this client that had been answered when it was asked for, nor than a change
 *   whose invalidation had been handled by then.
 * - Every reader gets an answer.
 * - At the end, when everything has been delivered, what is kept is what is true.
 *
 * @param random 0 <= value < 1
 * @throws ModelError
 */
export function runInterleaving(random: () => number, steps: number, seen: Seen): void {
  new Interleaving(random, seen).run(steps)
}

class Interleaving {
  readonly #random: () => number
  readonly #seen: Seen
  readonly #truth = new Truth(keyCount)
  readonly #cache: NearCache<Read>
  readonly #part: CachePart<Read>
  #now = 0
  /** What a replica has that may take over. */
  #replica: number[]
  #tracked = 0
  /** Messages are lost: the link is half open. */
  #isMute = false
  #toTracking: Request[] = []
  #fromTracking: Message[] = []
  #toMain: Request[] = []
  #fromMain: Message[] = []
  /** In the sequence, by key: what a reader has been promised to see. */
  readonly #floors = names.map(() => 0)
  #unanswered = 0

  constructor(random: () => number, seen: Seen) {
    this.#random = random
    this.#seen = seen
    // Small enough for three keys not to fit at times.
    this.#cache = new NearCache<Read>({ maxBytes: random() < 0.3 ? 600 : 10_000, maxStaleness })
    this.#cache.open(1, () => 0)
    this.#part = this.#cache.parts[0]!
    this.#part.open()
    this.#replica = [...this.#truth.versions]
  }

  run(steps: number): void {
    for (let i = 0; i < steps; i++) this.#step()
    this.#end()
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count)
  }

  #step(): void {
    const dice = this.#pick(100)
    if (dice < 38) this.#read(this.#pick(keyCount))
    else if (dice < 42) this.#changeByOthers(this.#pick(keyCount))
    else if (dice < 46) this.#write(this.#pick(keyCount))
    else if (dice < 47) this.#flushByOthers()
    else if (dice < 48) this.#flush()
    else if (dice < 64) this.#serve(this.#toTracking, this.#fromTracking)
    else if (dice < 69) this.#serve(this.#toMain, this.#fromMain)
    else if (dice < 85) this.#deliverTracking()
    else if (dice < 90) this.#deliverMain()
    else if (dice < 93) this.#now += this.#pick(maxStaleness)
    else if (dice < 95) this.#beat()
    else if (dice < 96) this.#reset()
    else if (dice < 97) this.#part.open()
    else if (dice < 98) this.#isMute = true
    else if (dice < 99) this.#replica = [...this.#truth.versions]
    else this.#failOver()
  }

  /** As `ClientCache` does it. */
  #read(key: number): void {
    const read: Read = {
      key,
      askedAt: this.#now,
      floor: this.#floors[key]!,
      sentAt: this.#now,
      reading: undefined,
      followers: [],
    }
    const name = names[key]!
    const value = this.#part.find(name, 'get', this.#now, maxAge)
    if (value !== undefined) {
      this.#seen.hits++
      this.#check(read, Number(value), 'a hit')
      return
    }
    this.#unanswered++
    const leader = this.#part.findUnderWay(name, 'get', this.#now, maxAge)
    if (leader !== undefined) {
      this.#seen.joined++
      leader.followers.push(read)
    } else if (this.#part.isOpen && this.#cache.mayKeep(name)) {
      read.reading = this.#part.begin(name, 'get', this.#now, read)
      this.#toTracking.push({ kind: 'read', read })
    } else this.#toMain.push({ kind: 'read', read })
  }

  #write(key: number): void {
    const text = this.#cache.beginWrite(names[key]!)
    this.#toMain.push({ kind: 'write', key, text })
  }

  #flush(): void {
    this.#cache.beginWriteOfAny()
    this.#toMain.push({ kind: 'flush' })
  }

  #beat(): void {
    if (this.#part.isOpen) this.#toTracking.push({ kind: 'ping', sentAt: this.#now })
  }

  /** A write by others, or an expiry, or an eviction. */
  #changeByOthers(key: number): void {
    this.#truth.change(key, this.#now)
    this.#invalidate(key)
  }

  #flushByOthers(): void {
    for (let key = 0; key < keyCount; key++) this.#truth.change(key, this.#now)
    this.#tracked = 0
    this.#tell({ kind: 'invalidate', key: undefined, sequence: this.#truth.sequence })
  }

  /** The server tells a change once, to those who have read the key since. */
  #invalidate(key: number): void {
    if ((this.#tracked & (1 << key)) === 0) return
    this.#tracked &= ~(1 << key)
    this.#tell({ kind: 'invalidate', key, sequence: this.#truth.sequence })
  }

  #tell(message: Message): void {
    if (!this.#isMute) this.#fromTracking.push(message)
  }

  /** The server executes the next request of a connection. */
  #serve(requests: Request[], replies: Message[]): void {
    const request = requests.shift()
    if (request === undefined) return
    const isTracking = requests === this.#toTracking
    if (isTracking && this.#isMute) {
      // It does not arrive; nobody is told before the link is given up.
      requests.unshift(request)
      return
    }
    switch (request.kind) {
      case 'read': {
        const { read } = request
        if (isTracking) this.#tracked |= 1 << read.key
        replies.push({ kind: 'value', read, version: this.#truth.versions[read.key]! })
        break
      }
      case 'ping':
        replies.push({ kind: 'pong', sentAt: request.sentAt })
        break
      case 'write':
        this.#truth.change(request.key, this.#now)
        this.#invalidate(request.key)
        replies.push({ ...request, kind: 'written', sequence: this.#truth.sequence })
        break
      case 'flush':
        this.#flushByOthers()
        replies.push({ kind: 'flushed', sequence: this.#truth.sequence })
        break
    }
  }

  #deliverTracking(): void {
    if (this.#isMute) return
    const message = this.#fromTracking.shift()
    switch (message?.kind) {
      case 'value': {
        const { read, version } = message
        this.#part.prove(read.sentAt)
        if (this.#part.awaits(read.reading!, read)) this.#seen.fills++
        else this.#seen.dropped++
        this.#part.fill(read.reading!, read, String(version))
        this.#answer(read, version)
        break
      }
      case 'pong':
        this.#part.prove(message.sentAt)
        break
      case 'invalidate':
        if (message.key === undefined) {
          this.#part.empty()
          for (let key = 0; key < keyCount; key++) this.#promise(key, message.sequence)
        } else {
          this.#part.invalidate(names[message.key]!)
          this.#promise(message.key, message.sequence)
        }
    }
  }

  #deliverMain(): void {
    const message = this.#fromMain.shift()
    switch (message?.kind) {
      case 'value':
        this.#answer(message.read, message.version)
        break
      case 'written':
        this.#cache.endWrite(message.text)
        this.#promise(message.key, message.sequence)
        break
      case 'flushed':
        this.#cache.endWriteOfAny()
        for (let key = 0; key < keyCount; key++) this.#promise(key, message.sequence)
    }
  }

  #promise(key: number, sequence: number): void {
    this.#floors[key] = Math.max(this.#floors[key]!, sequence)
  }

  /** The connection that tracks is lost: what was under way goes to the other one. */
  #reset(): void {
    this.#part.close()
    const lost = [
      ...this.#fromTracking.flatMap((it) => (it.kind === 'value' ? [it.read] : [])),
      ...this.#toTracking.flatMap((it) => (it.kind === 'read' ? [it.read] : [])),
    ]
    this.#fromTracking = []
    this.#toTracking = []
    this.#tracked = 0
    this.#isMute = false
    for (const read of lost) {
      this.#part.drop(read.reading!, read)
      read.reading = undefined
      this.#toMain.push({ kind: 'read', read })
    }
  }

  /** Another node takes over. What the old one was told and did not answer is unknown, or asked again. */
  #failOver(): void {
    this.#reset()
    this.#truth.rollBack(this.#replica, this.#now)
    // What was lost with the old master nobody can be shown.
    this.#floors.fill(0)
    const requests = [...this.#fromMain, ...this.#toMain]
    this.#fromMain = []
    this.#toMain = []
    for (const it of requests) {
      if (it.kind === 'value' || it.kind === 'read') {
        this.#toMain.push({ kind: 'read', read: { ...it.read, floor: 0 } })
      } else if (it.kind === 'written' || it.kind === 'write') this.#cache.endWrite(it.text)
      else if (it.kind === 'flushed' || it.kind === 'flush') this.#cache.endWriteOfAny()
    }
  }

  #answer(read: Read, version: number): void {
    this.#unanswered--
    this.#check(read, version, 'an answer')
    for (const follower of read.followers.splice(0)) this.#answer(follower, version)
  }

  #check({ key, askedAt, floor }: Read, version: number, what: string): void {
    const truth = this.#truth
    const endedAt = truth.endOf(version)
    if (endedAt < askedAt - maxStaleness) {
      throw new ModelError(
        `${what} of ${names[key]}, asked at ${askedAt}, had ceased to be true at ${endedAt}`,
      )
    }
    if (truth.endInSequence(version) <= floor && floor <= this.#floors[key]!) {
      throw new ModelError(`${what} of ${names[key]} is older than what had been told before`)
    }
  }

  #end(): void {
    if (this.#isMute) this.#reset()
    while (this.#toTracking.length + this.#toMain.length > 0) {
      this.#serve(this.#toTracking, this.#fromTracking)
      this.#serve(this.#toMain, this.#fromMain)
    }
    while (this.#fromTracking.length > 0) this.#deliverTracking()
    while (this.#fromMain.length > 0) this.#deliverMain()
    if (this.#unanswered !== 0) throw new ModelError(`${this.#unanswered} readers got no answer`)
    for (const [key, name] of names.entries()) {
      const value = this.#part.find(name, 'get', this.#part.provenAt, Number.POSITIVE_INFINITY)
      if (value !== undefined && Number(value) !== this.#truth.versions[key]) {
        throw new ModelError(`${name} is kept with a value that is not true, and nothing will tell`)
      }
      if (!this.#cache.mayKeep(name)) throw new ModelError(`A write of ${name} never ended`)
    }
    this.#part.empty()
    if (this.#cache.bytes !== 0) throw new ModelError(`${this.#cache.bytes} bytes are lost`)
  }
}
