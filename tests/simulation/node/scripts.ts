import { createHash } from 'node:crypto'
import type { Reply } from '../resp/reply.js'

/** What a Lua script does, in TypeScript: there is no Lua in this world. */
export type ScriptBody = (
  call: (...args: string[]) => Reply,
  keys: readonly string[],
  args: readonly string[],
) => Reply

/** What EVALSHA calls a script by. */
export function sha1(source: string): string {
  return createHash('sha1').update(Buffer.from(source, 'latin1')).digest('hex')
}
