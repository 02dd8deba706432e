import type { CommandEffect } from '../catalog/command-effect.js'
import type { CallPolicy } from './call-policy.js'

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

/**
 * What an error reply means for the command and the connection it came on.
 *
 * - `demoted`: refused before execution because the node is a replica now; find the master, send again.
 * - `later`: refused before execution for a while; send again on the same connection.
 * - `reload`: refused because the server does not know the script; send again with the script.
 * - `surface`: the caller's answer.
 */
export type RefusalVerdict = 'demoted' | 'later' | 'reload' | 'surface'

/** @param isRead a read may be asked again where a write must surface: during a busy script. */
export function verdictOnReply(message: string, isRead: boolean): RefusalVerdict {
  // A blocked command of a master that was demoted; CLIENT UNBLOCK has the same first word.
  if (message.startsWith('UNBLOCKED') && message.includes('instance state changed'))
    return 'demoted'
  const end = message.indexOf(' ')
  switch (end === -1 ? message : message.slice(0, end)) {
    case 'READONLY':
    case 'MASTERDOWN':
      return 'demoted'
    case 'LOADING':
    case 'NOREPLICAS':
      return 'later'
    case 'NOSCRIPT':
      // A script may return an error of that name itself.
      return message.startsWith('NOSCRIPT No matching script') ? 'reload' : 'surface'
    case 'BUSY':
      return isRead ? 'later' : 'surface'
    default:
      return 'surface'
  }
}
