import type { CommandEffect } from '../catalog/command-effect.js'
import type { CommandInfo } from '../catalog/command-info.js'
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

/** What a verdict depends on besides the words. */
export interface Refused {
  readonly info: Pick<CommandInfo, 'effect' | 'runsScript'>
  readonly policy: Pick<CallPolicy, 'isIdempotent'>
}

/**
 * A refusal is known by the server's exact words (those of Redis 6.2 to 8, Valkey and their forks). What
 * a script answers may be its own words, whatever they are, and it may have written before: it is
 * asked again only where that is harmless.
 */
export function verdictOnReply(message: string, { info, policy }: Refused): RefusalVerdict {
  const isRead = info.effect === 'read'
  if (!info.runsScript) return verdictOnText(message, isRead)
  if (noScript.test(message)) return 'reload'
  return isRead || policy.isIdempotent ? verdictOnText(refusalWithin(message), isRead) : 'surface'
}

const plainWrite: Refused = {
  info: { effect: 'once', runsScript: false },
  policy: { isIdempotent: false },
}

/**
 * As {@link verdictOnReply}, of the error with which a transaction was not executed: what MULTI, EXEC or a
 * command that was to be queued was answered. No script has run by then.
 */
export function verdictOnAbort(message: string): RefusalVerdict {
  const reason = /^EXECABORT Transaction discarded because of: (.*)$/u.exec(message)?.[1]
  return verdictOnReply(reason ?? message, plainWrite)
}

const demoted = new Set([
  "READONLY You can't write against a read only replica.",
  'READONLY Can not run script with write flag on readonly replica',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and 'allow-stale' flag is not set on the script.",
  // A blocked command of a master that was demoted; CLIENT UNBLOCK has the same first word.
  'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
])
const loading = /^LOADING \S+ is loading the dataset in memory$/u
const tooFewReplicas = 'NOREPLICAS Not enough good replicas to write.'
const busy =
  /^BUSY \S+ is busy running a (?:script\. You can only call (?:SCRIPT|FUNCTION) KILL or SHUTDOWN NOSAVE|module command)\.$/u
const noScript = /^NOSCRIPT No matching script\.(?: Please use EVAL\.)?$/u

function verdictOnText(message: string, isRead: boolean): RefusalVerdict {
  if (demoted.has(message)) return 'demoted'
  if (message === tooFewReplicas || loading.test(message)) return 'later'
  // A read may be asked again where a write must surface.
  return isRead && busy.test(message) ? 'later' : 'surface'
}

/** Redis 7 and later, Valkey 9 without a digest, and Redis 6.2, around an error that a command of a script raised. */
const raised = [
  /^(.*) script: (?:\S+, )?on [^ ]+\.$/u,
  /^ERR Error running script \(call to \S+\): .*? -((?:READONLY|NOREPLICAS) .*?)\s*$/u,
]

function refusalWithin(message: string): string {
  for (const pattern of raised) {
    const refusal = pattern.exec(message)?.[1]
    if (refusal !== undefined) return refusal
  }
  return message
}
