/**
 * What executing a command twice would mean; it decides what may be repeated when the outcome of the
 * first time is unknown.
 *
 * - `read`: changes nothing, always safe to repeat.
 * - `idempotent`: sets a state that does not depend on the state before. Repeated only on request.
 * - `script`: only the caller can know. Repeated only when the caller says `idempotent: true`.
 * - `once`: never repeated (INCR, LPUSH, SET NX, PUBLISH, ...).
 */
export type CommandEffect = 'read' | 'idempotent' | 'script' | 'once'

const idempotent = new Set([
  'del',
  'config|set',
  'expireat',
  'function|delete',
  'hdel',
  'hmset',
  'hset',
  'hpersist',
  'lset',
  'mset',
  'persist',
  'pexpireat',
  'pfadd',
  'psetex',
  'sadd',
  'script|flush',
  'script|load',
  'setbit',
  'setex',
  'setrange',
  'srem',
  'unlink',
  'zrem',
])

/** Commands that servers do not call `readonly` because they read no keys. */
const harmless = new Set([
  'command',
  'command|count',
  'command|docs',
  'command|getkeys',
  'command|getkeysandflags',
  'command|info',
  'command|list',
  'config|get',
  'echo',
  'function|dump',
  'function|list',
  'function|stats',
  'info',
  'lastsave',
  'memory|doctor',
  'memory|malloc-stats',
  'memory|stats',
  'ping',
  'pubsub|channels',
  'pubsub|numpat',
  'pubsub|numsub',
  'pubsub|shardchannels',
  'pubsub|shardnumsub',
  'role',
  'script|exists',
  'slowlog|get',
  'slowlog|len',
  'time',
])

const scripts = new Set(['eval', 'evalsha', 'fcall'])
const readOnlyScripts = new Set(['eval_ro', 'evalsha_ro', 'fcall_ro'])

/** What it answers may be an error of the caller's own making. */
export function runsScript(name: string): boolean {
  return scripts.has(name) || readOnlyScripts.has(name)
}

/** The options of SET that leave it unconditional and its reply independent of the old value. */
const plainSetOptions = new Set(['EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL'])

/** @param name of a subcommand: `container|subcommand` */
export function effectOf(name: string, isReadOnly: boolean): CommandEffect {
  if (isReadOnly || harmless.has(name)) return 'read'
  if (idempotent.has(name)) return 'idempotent'
  if (scripts.has(name)) return 'script'
  return 'once'
}

/** SET and EXPIREAT are idempotent only without a condition: `args` decide. */
export function effectOfCall(
  name: string,
  effect: CommandEffect,
  args: readonly unknown[],
): CommandEffect {
  if (name === 'set') {
    for (let i = 2; i < args.length; i++) {
      const option = String(args[i]).toUpperCase()
      if (!plainSetOptions.has(option)) return 'once'
      if (option !== 'KEEPTTL') i++
    }
    return 'idempotent'
  }
  if ((name === 'expireat' || name === 'pexpireat') && args.length > 2) return 'once'
  return effect
}
