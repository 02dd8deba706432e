import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { CallPolicy } from './call-policy.js'
import type { GroupMember } from './command-group.js'
import { type CommandInfo, commandInfo } from './command-info.js'
import { type CommandCallback, RoutedCommand } from './routed-command.js'

/** As ioredis's `defineCommand` takes it. */
export interface ScriptDefinition {
  readonly lua: string
  /** If it is left out, the first argument of each call says it. */
  readonly numberOfKeys?: number
  /** The script changes nothing: it may be repeated, and read from a replica. */
  readonly readOnly?: boolean
}

const readOnlyInfo: CommandInfo = { ...commandInfo('evalsha'), effect: 'read' }

/** A Lua script, and the connections that have it. */
export class Script {
  readonly lua: string
  readonly sha: string
  readonly numberOfKeys: number | undefined
  readonly isReadOnly: boolean
  readonly #loaded = new WeakSet<Redis>()

  constructor({ lua, numberOfKeys, readOnly = false }: ScriptDefinition) {
    this.lua = lua
    this.sha = createHash('sha1').update(lua).digest('hex')
    this.numberOfKeys = numberOfKeys
    this.isReadOnly = readOnly
  }

  isLoaded(redis: Redis): boolean {
    return this.#loaded.has(redis)
  }

  setLoaded(redis: Redis, isLoaded: boolean): void {
    if (isLoaded) this.#loaded.add(redis)
    else this.#loaded.delete(redis)
  }
}

/**
 * A call of a script: EVAL the first time on a connection, EVALSHA afterwards. A server that has
 * forgotten the script (NOSCRIPT: it was restarted, promoted or flushed) gets EVAL.
 */
export class ScriptCommand extends RoutedCommand {
  readonly #script: Script
  #writtenTo: Redis | undefined

  constructor(
    script: Script,
    args: unknown[],
    policy: CallPolicy,
    replyEncoding: BufferEncoding | null,
    keyPrefix: string | undefined,
    callback: CommandCallback | undefined,
  ) {
    const counted = script.numberOfKeys === undefined ? args : [script.numberOfKeys, ...args]
    super(
      script.isReadOnly ? readOnlyInfo : commandInfo('evalsha'),
      [script.sha, ...counted],
      policy,
      replyEncoding,
      keyPrefix,
      callback,
    )
    this.#script = script
  }

  override writeTo(redis: Redis): void {
    const isLoaded = this.#script.isLoaded(redis)
    this.name = isLoaded ? 'evalsha' : 'eval'
    this.args[0] = isLoaded ? this.#script.sha : this.#script.lua
    this.#script.setLoaded(redis, true)
    this.#writtenTo = redis
    redis.sendCommand(this)
  }

  override reload(): boolean {
    if (this.name === 'eval') return false
    if (this.#writtenTo !== undefined) this.#script.setLoaded(this.#writtenTo, false)
    return true
  }

  /** In a transaction nothing can be repeated: the script itself is sent. */
  override asMembers(): readonly GroupMember[] {
    return [['eval', [this.#script.lua, ...(this.args.slice(1) as (string | Buffer)[])]]]
  }
}
