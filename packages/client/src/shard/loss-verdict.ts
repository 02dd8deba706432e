import type { CallPolicy } from '../commands/call-policy.js'
import type { CommandEffect } from '../commands/command-effect.js'

/**
 * What becomes of a command whose connection was lost before the reply: sent again, or rejected
 * because its outcome is unknown. A command that never left the process can always be sent again.
 */
export function verdictOnLoss(
  effect: CommandEffect,
  policy: Pick<CallPolicy, 'retryWrites' | 'isIdempotent'>,
  wasSent: boolean,
): 'send again' | 'outcome unknown' {
  if (!wasSent || effect === 'read') return 'send again'
  if (effect === 'idempotent' && (policy.retryWrites === 'idempotent' || policy.isIdempotent)) {
    return 'send again'
  }
  if (effect === 'script' && policy.isIdempotent) return 'send again'
  return 'outcome unknown'
}
