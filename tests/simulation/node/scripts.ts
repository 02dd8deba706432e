import type { Reply } from '../resp/reply.js'

/** What a Lua script does, in TypeScript: there is no Lua in this world. */
export type ScriptBody = (
  call: (...args: string[]) => Reply,
  keys: readonly string[],
  args: readonly string[],
) => Reply
