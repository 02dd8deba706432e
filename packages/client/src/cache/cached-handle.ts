import { Redis } from 'ioredis'
import { isCacheable } from '../catalog/cacheable.js'
import { commandInfo } from '../catalog/command-info.js'
import { type BatchContext, callBack } from '../handles/command-batch.js'
import { CommandHandle } from '../handles/command-handle.js'
import {
  builtinMethod,
  callPolicy,
  defineMethods,
  keyPrefix,
  type Method,
  noteCallSite,
  takeCallback,
} from '../handles/command-surface.js'
import { CachedItem, CachedRead } from './cached-read.js'
import { type ClientCache, variantText } from './client-cache.js'
import { keyText } from './key-text.js'
import { takeValue } from './stored-value.js'

export interface CachedContext extends BatchContext {
  /** Of the client as it is open now. */
  readonly cache: () => ClientCache
  /** ms since a value was asked for, at most. */
  readonly maxAge: number
}

const read: unique symbol = Symbol('disredis.read')

/**
 * The commands of a client; reads of one key may be answered from its near cache, and so may each key of
 * MGET. Everything else, pipelines and transactions too, goes to the masters.
 */
export class CachedHandle extends CommandHandle {
  readonly #context: CachedContext

  /** @internal */
  constructor(context: CachedContext) {
    super(context)
    this.#context = context
  }

  /** @internal */
  get [read](): CachedContext {
    return this.#context
  }
}

/** What a name is kept under: text and buffers apart. */
function variantOf(name: string, encoding: 'utf8' | null): string {
  return encoding === null ? `${name}Buffer` : name
}

function cachedMethod(name: string, encoding: 'utf8' | null): Method {
  const info = commandInfo(name)
  const variant = variantOf(name, encoding)
  const variants = [variant]
  return function method(this: unknown, ...args: unknown[]) {
    const target = this as CachedHandle
    const { cache: open, keyPrefix: prefix, maxAge } = target[read]
    const cache = open()
    const policy = target[callPolicy]
    if (!isText(args)) {
      const callback = takeCallback(args)
      const command = new CachedRead(info, args, policy, encoding, prefix, callback)
      if (policy.showFriendlyErrorStack) noteCallSite(command, method as Method)
      cache.read(command, variants, maxAge)
      return command.promise
    }
    const key = prefix === undefined ? args[0]! : prefix + args[0]!
    const text = keyText(key)
    const index = cache.indexOf(key)
    const full = args.length === 1 ? variant : variantText(variant, args.slice(1))
    const now = cache.now()
    const value = cache.find(index, text, full, now, maxAge)
    if (value !== undefined) return Promise.resolve(takeValue(value))
    const command = new CachedRead(info, args, policy, encoding, prefix, undefined)
    if (policy.showFriendlyErrorStack) noteCallSite(command, method as Method)
    cache.ask(command, index, text, full, now, maxAge)
    return command.promise
  } as Method
}

/** What is to be sent is there: no callback, no list, nothing to be made text. */
function isText(args: readonly unknown[]): args is string[] {
  for (let i = 0; i < args.length; i++) if (typeof args[i] !== 'string') return false
  return args.length > 0
}

/** EXISTS of one key; of several, the masters count. */
function existsMethod(plain: Method): Method {
  const cached = cachedMethod('exists', 'utf8')
  return function method(...args) {
    const isOne = args.length === 1 && !Array.isArray(args[0])
    return (isOne ? cached : plain).apply(this, args)
  }
}

/** Each key by itself: what is missing leaves in one write for each master. */
function mgetMethod(encoding: 'utf8' | null): Method {
  const info = commandInfo('mget')
  // What GET says of a key MGET says too; null of MGET may be a list, which GET refuses.
  const variants = [variantOf('mget', encoding), variantOf('get', encoding)]
  return function method(this: unknown, ...args: unknown[]) {
    const target = this as CachedHandle
    const callback = takeCallback(args)
    const keys = args.flat()
    const { cache, maxAge } = target[read]
    const policy = target[callPolicy]
    // Its arguments are wrong: the server says how.
    if (keys.length === 0) return builtinMethod('mget').apply(target, args)
    const items = keys.map((key) => {
      const item = new CachedItem(info, [key], policy, encoding, target[keyPrefix], undefined)
      cache().read(item, variants, maxAge)
      return item.promise
    })
    const promise = Promise.all(items)
    callBack(promise, callback)
    return promise
  } as Method
}

const methods = new Map<string, Method>()
for (const name of Redis.prototype.getBuiltinCommands()) {
  if (!isCacheable(commandInfo(name))) continue
  methods.set(name, cachedMethod(name, 'utf8'))
  methods.set(`${name}Buffer`, cachedMethod(name, null))
}
methods.set('exists', existsMethod(builtinMethod('exists')))
methods.set('mget', mgetMethod('utf8'))
methods.set('mgetBuffer', mgetMethod(null))
defineMethods(CachedHandle.prototype, methods)
