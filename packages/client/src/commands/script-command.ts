import { createHash } from 'node:crypto'
import { type CommandInfo, commandInfo } from '../catalog/command-info.js'
import type { CallPolicy } from './call-policy.js'
import { Command, type CommandCallback, type GroupMember, type Wire } from './command.js'

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
  /** The connections on which it was sent: their servers know it, unless they say NOSCRIPT. */
  readonly loadedBy = new WeakSet<Wire>()
  /** It says NOSCRIPT itself: by its digest, nobody could tell who says so. */
  saysNoScript = false

  constructor({ lua, numberOfKeys, readOnly = false }: ScriptDefinition) {
    this.lua = lua
    this.sha = createHash('sha1').update(lua).digest('hex')
    this.numberOfKeys = numberOfKeys
    this.isReadOnly = readOnly
  }
}

/**
 * A call of a script: EVAL the first time on a connection, EVALSHA afterwards. A server that has
 * forgotten the script (NOSCRIPT: it was restarted, promoted or flushed) gets EVAL.
 */
export class ScriptCommand extends Command {
  readonly #script: Script
  #sentTo: Wire | undefined

  constructor(
    script: Script,
    args: unknown[],
    policy: CallPolicy,
    encoding: 'utf8' | null,
    keyPrefix: string | undefined,
    callback: CommandCallback | undefined,
  ) {
    const counted = script.numberOfKeys === undefined ? args : [script.numberOfKeys, ...args]
    super(
      script.isReadOnly ? readOnlyInfo : commandInfo('evalsha'),
      [script.sha, ...counted],
      policy,
      encoding,
      keyPrefix,
      callback,
    )
    this.#script = script
  }

  protected override send(wire: Wire): number {
    const { lua, sha, loadedBy, saysNoScript } = this.#script
    const isLoaded = loadedBy.has(wire) && !saysNoScript
    this.name = isLoaded ? 'evalsha' : 'eval'
    this.args[0] = isLoaded ? sha : lua
    loadedBy.add(wire)
    this.#sentTo = wire
    return super.send(wire)
  }

  override reload(): boolean {
    if (this.name === 'eval') {
      this.#script.saysNoScript = true
      return false
    }
    if (this.#sentTo !== undefined) this.#script.loadedBy.delete(this.#sentTo)
    return true
  }

  /** In a transaction nothing can be repeated: the script itself is sent. */
  override asMembers(): readonly GroupMember[] {
    return [['eval', [this.#script.lua, ...this.args.slice(1)]]]
  }
}
