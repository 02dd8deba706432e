import { collectionCommands } from './collection-commands.js'
import type { DataCommand } from './data-command.js'
import { keyCommands } from './key-commands.js'
import { stringCommands } from './string-commands.js'

/** Commands that read or change data and nothing else, by name. */
export const dataCommands: ReadonlyMap<string, DataCommand> = new Map(
  Object.entries({ ...stringCommands, ...collectionCommands, ...keyCommands }),
)

/** As it goes to replicas: times are absolute there, as the master's clock has them. */
export function replicatedForm(args: readonly string[], now: number): readonly string[] {
  const [name, key, second, third] = args
  switch (name) {
    case 'EXPIRE':
      return ['PEXPIREAT', key!, String(now + Number(second) * 1000)]
    case 'PEXPIRE':
      return ['PEXPIREAT', key!, String(now + Number(second))]
    case 'SETEX':
      return ['SET', key!, third!, 'PXAT', String(now + Number(second) * 1000)]
    case 'PSETEX':
      return ['SET', key!, third!, 'PXAT', String(now + Number(second))]
    case 'SET': {
      const at = args.findIndex((arg, index) => index > 2 && /^(ex|px)$/i.test(arg))
      if (at === -1) return args
      const unit = args[at]!.toUpperCase() === 'EX' ? 1000 : 1
      const expiry = String(now + Number(args[at + 1]) * unit)
      return [...args.slice(0, at), 'PXAT', expiry, ...args.slice(at + 2)]
    }
    default:
      return args
  }
}
