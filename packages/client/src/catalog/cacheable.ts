import type { CommandInfo } from './command-info.js'
import { serverCommands } from './server-commands.js'

/**
 * Reads whose reply changes although nobody writes the key: by time, by chance, or by what other clients
 * read. A near cache must not keep them.
 */
const changing: ReadonlySet<string> = new Set([
  'digest',
  'hpttl',
  'hrandfield',
  'httl',
  'pfcount',
  'pttl',
  'sort_ro',
  'srandmember',
  'ttl',
  'vrandmember',
  'xpending',
  'zrandmember',
])

/**
 * Whether the reply to the command stays the same until its only key is changed, so that a near cache may
 * keep it. MGET and EXISTS of one key each do too; they are split by key and asked for elsewhere.
 */
export function isCacheable({ name, effect, keyIndex, route }: CommandInfo): boolean {
  return effect === 'read' && route.to === 'keys' && keyIndex === 0 && !changing.has(name)
}

const emptying: ReadonlySet<string> = new Set(['flushall', 'flushdb', 'swapdb', 'debug'])

/** It may change keys that it does not name: all of them, a script's own, those of an unknown command. */
export function mayChangeAnyKey({ name, runsScript }: CommandInfo): boolean {
  return emptying.has(name) || runsScript || !Object.hasOwn(serverCommands, name)
}
