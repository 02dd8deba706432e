import { createHash } from 'node:crypto'
import type { Argument } from '@disredis/connection'

/** A call of a command, by its name and its arguments. */
interface Call {
  /** As it is sent. */
  readonly name: string
  readonly info: { readonly name: string }
  readonly args: readonly Argument[]
}

/** More than that are forgotten, the oldest first: programs may make scripts up. */
const mostKept = 1000

/**
 * The scripts that a client gave to its servers with SCRIPT LOAD, by SHA1. A server that was promoted or
 * restarted, and a replica, does not know them.
 */
export class LoadedScripts {
  readonly #luaBySha = new Map<string, string>()

  /** Called with every command for all shards or for a handle of one. */
  note({ info, args }: Call): void {
    if (info.name !== 'script') return
    const [subcommand, lua] = args
    switch (String(subcommand).toUpperCase()) {
      case 'LOAD':
        if (typeof lua === 'string') this.#keep(lua)
        break
      case 'FLUSH':
        this.#luaBySha.clear()
    }
  }

  /** Of EVALSHA and EVALSHA_RO: the command that runs the script itself. Undefined for an unknown one. */
  evalOf({
    name,
    info,
    args,
  }: Call): readonly [name: string, args: readonly Argument[]] | undefined {
    if (name === 'eval' || name === 'eval_ro') {
      // The script itself says NOSCRIPT. When EVALSHA of it says so again, it is not repeated.
      this.#luaBySha.delete(shaOf(String(args[0])))
      return undefined
    }
    if (info.name !== 'evalsha' && info.name !== 'evalsha_ro') return undefined
    const [sha, ...others] = args
    const lua = this.#luaBySha.get(String(sha).toLowerCase())
    if (lua === undefined) return undefined
    return [info.name === 'evalsha' ? 'eval' : 'eval_ro', [lua, ...others]]
  }

  #keep(lua: string): void {
    this.#luaBySha.set(shaOf(lua), lua)
    const [oldest] = this.#luaBySha.keys()
    if (this.#luaBySha.size > mostKept) this.#luaBySha.delete(oldest!)
  }
}

function shaOf(lua: string): string {
  return createHash('sha1').update(lua).digest('hex')
}
