import type { CallPolicy } from '../src/commands/call-policy.js'
import { commandInfo } from '../src/commands/command-info.js'
import { RoutedCommand } from '../src/commands/routed-command.js'

/** A command for unit tests, with its rejection handled. */
export function testCommand(
  name: string,
  args: unknown[],
  { timeout = 1000, ...fields }: { timeout?: number; sequence?: number; deadline?: number } = {},
): RoutedCommand {
  const policy: CallPolicy = {
    timeout,
    retryWrites: 'never',
    isIdempotent: false,
    readFrom: 'master',
  }
  const command = new RoutedCommand(commandInfo(name), args, policy, 'utf8', undefined, undefined)
  command.promise.catch(() => {})
  return Object.assign(command, fields)
}
