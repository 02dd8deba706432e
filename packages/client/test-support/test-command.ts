import { commandInfo } from '../src/catalog/command-info.js'
import type { CallPolicy } from '../src/commands/call-policy.js'
import { Command } from '../src/commands/command.js'

/** A command for unit tests, with its rejection handled. */
export function testCommand(
  name: string,
  args: unknown[],
  { timeout = 1000, ...fields }: { timeout?: number; sequence?: number; deadline?: number } = {},
): Command {
  const policy: CallPolicy = {
    timeout,
    retryWrites: 'never',
    isIdempotent: false,
    readFrom: 'master',
  }
  const command = new Command(commandInfo(name), args, policy, 'utf8', undefined, undefined)
  command.promise.catch(() => {})
  return Object.assign(command, fields)
}
