import type { Reply } from '../resp/reply.js'
import type { ClientSession } from './client-session.js'
import type { ManualFailover } from './manual-failover.js'
import type { NodeContext } from './node-context.js'
import type { PubSub } from './pubsub.js'
import type { ScriptBody } from './scripts.js'

/** What a server's command may use. */
export interface ServerCommandContext extends NodeContext {
  readonly failover: ManualFailover
  readonly executor: {
    readonly pubsub: PubSub
    /** Those that EVALSHA finds, by their SHA-1. */
    readonly scripts: Map<string, ScriptBody>
    /** Sources that this world can run, for want of Lua. */
    readonly knownScripts: ReadonlyMap<string, ScriptBody>
  }
}

/** A command that is neither about data nor a special one of the executor. */
export interface ServerCommand {
  readonly arity: number
  run(
    args: readonly string[],
    session: ClientSession,
    node: ServerCommandContext,
  ): Reply | undefined
}

export function command(arity: number, run: ServerCommand['run']): ServerCommand {
  return { arity, run }
}
