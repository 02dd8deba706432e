import { withoutArguments } from '@disredis/connection'
import type { CallPolicy } from './call-policy.js'
import type { Command, MemberReplies } from './command.js'
import { CommandGroup } from './command-group.js'

import { verdictOnAbort } from './verdicts.js'

/** MULTI, the commands, EXEC. Answered with the array of EXEC, or null if a watched key changed. */
export class TransactionGroup extends CommandGroup {
  constructor(commands: readonly Command[], policy: CallPolicy) {
    const members = commands.flatMap((command) => command.asMembers())
    super('multi', 'once', [['multi', []], ...members, ['exec', []]], policy)
    this.members = commands
  }

  override outcomeOf(replies: MemberReplies): unknown | Error {
    const result = replies.at(-1)
    if (!(result instanceof Error)) return result
    const previousErrors = replies
      .slice(0, -1)
      .filter((reply) => reply instanceof Error)
      .map(withoutArguments)
    // The command that was refused while it was queued says why; or EXEC itself does. Without EXECABORT
    // there was no transaction, and what was sent was executed.
    const isAborted = result.message.startsWith('EXECABORT')
    const errors = isAborted ? [...previousErrors, withoutArguments(result)] : []
    const refusal = errors.find(({ message }) => verdictOnAbort(message) !== 'surface')
    if (refusal !== undefined) return refusal
    this.members?.forEach((member, i) => {
      const reply = replies[i + 1]
      if (reply instanceof Error) member.fail(reply)
    })
    return Object.assign(result, { previousErrors })
  }
}
