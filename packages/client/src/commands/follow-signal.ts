import { OutcomeUnknownError } from '../errors.js'
import type { Command } from './command.js'

/**
 * Gives the command up when `signal` is aborted: it rejects with the signal's reason, or, for a
 * write that was sent already, with `OutcomeUnknownError` whose cause is the reason.
 */
export function followSignal(command: Command, signal: AbortSignal): void {
  const giveUp = () => command.abandon(abortError(command, signal.reason as Error))
  if (signal.aborted) {
    giveUp()
    return
  }
  signal.addEventListener('abort', giveUp, { once: true })
  const forget = () => signal.removeEventListener('abort', giveUp)
  command.promise.then(forget, forget)
}

function abortError(command: Command, reason: Error): Error {
  if (!command.mayBeExecuted || command.isRead) return reason
  return new OutcomeUnknownError(
    `${command.info.name} was sent and then aborted by its signal: it may or may not have been executed.`,
    { cause: reason, mayHaveExecuted: true },
  )
}
