import { hash } from 'node:crypto'
import type { ScriptArgument, ScriptRunner } from './session-redis.js'

/** A Lua script: sent by its digest, and in full to a server that does not know it yet. */
export class Script {
  readonly lua: string
  readonly sha1: string

  constructor(lua: string) {
    this.lua = lua.trim()
    this.sha1 = hash('sha1', this.lua)
  }

  run(runner: ScriptRunner, key: string, args: readonly ScriptArgument[]): Promise<unknown> {
    return runner.evalsha(this.sha1, 1, key, ...args).catch((error: unknown) => {
      if (!isNoScript(error)) throw error
      return runner.eval(this.lua, 1, key, ...args)
    })
  }
}

/** The server does not have the script (it restarted, or is a promoted replica). Nothing was run. */
export function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
