import type { Runtime } from '@disredis/connection'
import type { HashRing } from '@disredis/hash-ring'
import { mayChangeAnyKey } from '../catalog/cacheable.js'
import type { Command } from '../commands/command.js'
import { tellCache } from './cache-channel.js'
import { type CacheHealth, healthOf } from './cache-health.js'
import type { CachePart, Reading } from './cache-part.js'
import type { CachedRead } from './cached-read.js'
import { keyText } from './key-text.js'
import { NearCache, type NearCacheOptions } from './near-cache.js'
import { takeValue } from './stored-value.js'
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

  /**
   * What may be given to a caller at once.
   *
   * @param key with its prefix
   */
  find(key: string, variant: string, maxAge: number): Reading<CachedRead> | undefined {
    const text = keyText(key)
    return this.#kept.partOf(key)?.find(text, variant, this.#now(), maxAge)
  }

  /**
   * Answers the read from the cache, or by the request of another caller, or by one of its own.
   *
   * @param variants of the command: under the first of them its reply is kept
   */
  read(command: CachedRead, variants: readonly string[], maxAge: number): void {
    const { args } = command
    const text = keyText(args[0]!)
    let suffix = ''
    for (let i = 1; i < args.length; i++) suffix += argumentText(args[i]!)
    const index = this.#kept.indexOf(args[0]!)
    const part = this.#kept.parts[index]
    const link = this.#links[index]
    if (part?.isOpen !== true || link?.isWritable !== true || !this.#kept.mayKeep(text)) {
      this.#context.pass(command)
      return
    }
    const now = this.#now()
    if (findIn(part, command, text, variants, suffix, now, maxAge)) return
    const reading = part.begin(text, variants[0] + suffix, now, command)
    command.fill({ part, reading, sentAt: now })
    link.send(command)
  }

  /** The command is about to be sent; if it writes, what it writes is forgotten until it is settled. */
  noteWrite(command: Command): void {
    if (command.isRead && command.members === undefined) return
    const writes = (command.members ?? [command]).filter((it) => !it.isRead)
    const keys = writes.flatMap(({ info, args }) =>
      info.route.to === 'channel' ? [] : info.findKeys(args).map((i) => args[i]!),
    )
    const isOfAny = writes.some(({ info }) => mayChangeAnyKey(info))
    if (keys.length === 0 && !isOfAny) return
    const texts = this.#kept.beginWrite(keys)
    if (isOfAny) this.#kept.beginWriteOfAny()
    const end = () => {
      this.#kept.endWrite(texts)
      if (isOfAny) this.#kept.endWriteOfAny()
    }
    // Registered before the caller has the promise: when the caller goes on, it has ended.
    command.promise.then(end, end)
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

/** No two lists of arguments give the same text. */
function argumentText(arg: string | Uint8Array): string {
  const text = keyText(arg)
  return ` ${text.length}:${text}`
}

/** Whether the command was answered, or waits for the request of another. */
function findIn(
  part: CachePart<CachedRead>,
  command: CachedRead,
  key: string,
  variants: readonly string[],
  suffix: string,
  now: number,
  maxAge: number,
): boolean {
  for (const variant of variants) {
    const reading = part.find(key, variant + suffix, now, maxAge)
    if (reading !== undefined) {
      command.complete(takeValue(reading.value))
      return true
    }
    const underWay = part.findUnderWay(key, variant + suffix, now, maxAge)
    if (underWay !== undefined) {
      underWay.leads(command)
      return true
    }
  }
  return false
}
