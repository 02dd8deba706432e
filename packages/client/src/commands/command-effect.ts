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
  'expireat',
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
  'setbit',
  'setex',
  'setrange',
  'srem',
  'unlink',
  'zrem',
])

const scripts = new Set(['eval', 'evalsha', 'fcall'])

/** The options of SET that leave it unconditional and its reply independent of the old value. */
const plainSetOptions = new Set(['EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL'])

export function effectOf(name: string, isReadOnly: boolean): CommandEffect {
  if (isReadOnly) return 'read'
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
