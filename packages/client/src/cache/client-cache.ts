import type { Argument, Runtime } from '@disredis/connection'
import type { HashRing } from '@disredis/hash-ring'
import { mayChangeAnyKey } from '../catalog/cacheable.js'
import type { Command } from '../commands/command.js'
import { tellCache } from './cache-channel.js'
import { type CacheHealth, healthOf } from './cache-health.js'
import type { CachePart } from './cache-part.js'
import type { CachedRead } from './cached-read.js'
import { keyText } from './key-text.js'
import { NearCache, type NearCacheOptions } from './near-cache.js'
import { type StoredValue, takeValue } from './stored-value.js'
import type { TrackingLink } from './tracking-link.js'

export interface ClientCacheContext {
  readonly options: NearCacheOptions
  readonly runtime: Runtime
  /** To the shard that is the ring's name at `index`. */
  readonly makeLink: (
    index: number,
    part: CachePart<CachedRead>,
    onChanged: () => void,
  ) => TrackingLink
  /** Takes a command the way that it would go without a cache. */
  readonly pass: (command: Command) => void
  /** A link tracks, or it cannot, or no longer. */
  readonly onChanged: () => void
}

/**
 * The cache of a client that is open: what is kept, the connections that tell what to forget, and the writes
 * of the client, which forget by themselves.
 */
export class ClientCache {
  readonly #context: ClientCacheContext
  readonly #kept: NearCache<CachedRead>
  readonly #now: () => number
  #links: readonly TrackingLink[] = []

  constructor(context: ClientCacheContext) {
    this.#context = context
    this.#kept = new NearCache(context.options)
    this.#now = context.runtime.now
  }

  /** The masters are known. */
  open(ring: HashRing): void {
    const { names } = ring
    const { makeLink, onChanged } = this.#context
    this.#kept.open(names.length, (key) => ring.indexOf(key as string | Buffer))
    const links: TrackingLink[] = []
    this.#links = links
    for (const [index, shard] of names.entries()) {
      const part = this.#kept.parts[index]!
      links[index] = makeLink(index, part, () => {
        tellCache({ shard, isOpen: part.isOpen })
        onChanged()
      })
    }
  }

  get links(): readonly TrackingLink[] {
    return this.#links
  }

  /** ms, of what {@link find} and {@link ask} are told. */
  now(): number {
    return this.#now()
  }

  /** Which shard a key belongs to: it is given as it is sent, with its prefix. */
  indexOf(key: Argument): number {
    return this.#kept.indexOf(key)
  }

  /** What may be given to a caller at once: see {@link CachePart.find}. */
  find(index: number, key: string, variant: string, now: number, maxAge: number): StoredValue {
    return this.#kept.parts[index]?.find(key, variant, now, maxAge)
  }

  /**
   * Nothing could be given at once: answers the read by the request of another caller, or by one of its own.
   *
   * @param key its text
   */
  ask(
    command: CachedRead,
    index: number,
    key: string,
    variant: string,
    now: number,
    maxAge: number,
  ): void {
    const part = this.#kept.parts[index]
    const leader = part?.findUnderWay(key, variant, now, maxAge)
    const link = this.#links[index]
    if (leader !== undefined) leader.leads(command)
    else if (link?.isWritable !== true || !this.#kept.mayKeep(key)) this.#context.pass(command)
    else {
      command.fill(part!, part!.begin(key, variant, now, command), now)
      link.send(command)
    }
  }

  /**
   * Answers the read from the cache, or as {@link ask} does.
   *
   * @param variants of the command: under the first of them its reply is kept
   */
  read(command: CachedRead, variants: readonly string[], maxAge: number): void {
    const [key, ...args] = command.args
    const text = keyText(key!)
    const index = this.indexOf(key!)
    const now = this.#now()
    const [asked, ...others] = variants.map((variant) => variantText(variant, args))
    for (const variant of [asked!, ...others]) {
      const value = this.find(index, text, variant, now, maxAge)
      if (value === undefined) continue
      command.complete(takeValue(value))
      return
    }
    this.ask(command, index, text, asked!, now, maxAge)
  }

  /** The command is about to be sent; if it writes, what it writes is forgotten until it is settled. */
  noteWrite(command: Command): void {
    const { members, info } = command
    if (members !== undefined) this.#noteWrites(command, members)
    else if (command.isRead) return
    else if (info.keyIndex < 0 || mayChangeAnyKey(info)) this.#noteWrites(command, [command])
    else if (info.route.to === 'keys') {
      const text = this.#kept.beginWrite(command.args[info.keyIndex]!)
      endWith(command, () => this.#kept.endWrite(text))
    }
  }

  #noteWrites(command: Command, members: readonly Command[]): void {
    const writes = members.filter((it) => !it.isRead)
    const keys = writes.flatMap(({ info, args }) =>
      info.route.to === 'channel' ? [] : info.findKeys(args).map((i) => args[i]!),
    )
    const isOfAny = writes.some(({ info }) => mayChangeAnyKey(info))
    if (keys.length === 0 && !isOfAny) return
    const texts = keys.map((key) => this.#kept.beginWrite(key))
    if (isOfAny) this.#kept.beginWriteOfAny()
    endWith(command, () => {
      for (const text of texts) this.#kept.endWrite(text)
      if (isOfAny) this.#kept.endWriteOfAny()
    })
  }

  health(): CacheHealth {
    return healthOf(this.#kept, this.#links, this.#context.options, this.#now())
  }

  /** Resolves when no read is pending on the links. */
  async drained(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.drained()))
  }

  close(): void {
    for (const link of this.#links) link.close()
  }
}

/** Registered before the caller has the promise: when the caller goes on, `end` has been called. */
function endWith(command: Command, end: () => void): void {
  command.promise.then(end, end)
}

/** A command with its arguments beside the key; no two of them give the same text. */
export function variantText(variant: string, args: readonly Argument[]): string {
  let text = variant
  for (const arg of args) {
    const argument = keyText(arg)
    text += ` ${argument.length}:${argument}`
  }
  return text
}
