import type { CommandInfo } from '../catalog/command-info.js'
import type { Command } from '../commands/command.js'
import {
  CrossShardError,
  NotRoutableError,
  PartialFailureError,
  type ShardResult,
} from '../errors.js'
import { continuesScan } from './scan-cursor.js'

/** @param shards the name of each key's shard, in the order of the keys */
export function crossShardError(what: string, shards: readonly string[]): CrossShardError {
  const names = [...new Set(shards)].sort()
  const list = names.map((name) => {
    const positions = shards.flatMap((it, i) => (it === name ? [i + 1] : []))
    return `${shown(positions)} on '${name}'`
  })
  return new CrossShardError(
    `The keys of ${what} live on different shards (in the order of its keys: ${list.join('; ')}). ` +
      'Keys that are used together need one hash tag, the part in braces: with {user:1}:a and {user:1}:b only user:1 decides.',
    shards,
  )
}

/** A command of a transaction that is on another shard than its keys. */
export function foreignKeyError(what: string, its: string, shard: string): CrossShardError {
  return new CrossShardError(
    `The keys of ${what} live on '${its}', and the watched keys on '${shard}'. ` +
      'Keys that are used together need one hash tag, the part in braces: with {user:1}:a and {user:1}:b only user:1 decides.',
    [its],
  )
}

export function foreignPatternError({ name }: CommandInfo, shard: string): CrossShardError {
  return new CrossShardError(
    `${name} would read keys that may live on other shards than '${shard}': each pattern after BY and GET ` +
      "needs the hash tag of the command's key, as in BY {user:1}:weight_*.",
    [],
  )
}

export function notRoutableError(command: Command): NotRoutableError {
  const { name, route } = command.info
  if (continuesScan(command)) {
    return new NotRoutableError(
      `${name} cannot continue in a transaction, because its cursor belongs to one server. Call it on its own.`,
    )
  }
  switch (route.to) {
    case 'shard':
      return new NotRoutableError(
        `${name} cannot be sent to several masters. ${route.why} Send it to one with shard(name).${name}(...).`,
      )
    case 'none':
      return new NotRoutableError(`${name} is not sent. ${route.why}`)
    case 'client':
      return new NotRoutableError(`${name} is not sent as it is. ${route.how}`)
    case 'keys':
      return new NotRoutableError(
        `This call of ${name} has no key that says which shard it is for. Send it to one with shard(name).${name}(...).`,
      )
    case 'all':
    case 'cursor':
      return new NotRoutableError(
        `${name} goes to all shards, but transactions and durable writes go to one. Call it on its own, or in shard(name).multi().`,
      )
    default:
      return new NotRoutableError(
        `This call of ${name} has no argument that says which shard it is for.`,
      )
  }
}

export function blockingDurableError({ info: { name } }: Command): NotRoutableError {
  return new NotRoutableError(
    `${name} would hold up other durable writes. Call it on the client itself.`,
  )
}

export function partialFailureError(
  command: Command,
  results: readonly ShardResult[],
): PartialFailureError {
  const failures = results.filter((result) => result.status === 'rejected')
  const list = failures.map(({ shard, reason }) => `\n  ${shard}: ${reason.message}`).join('')
  return new PartialFailureError(
    `${command.info.name} failed on ${failures.length} of ${results.length} shards; \`results\` holds what each of them did:${list}`,
    results,
    !command.isRead,
  )
}

/** `1, 2, 5 and 9 more` */
function shown(positions: readonly number[]): string {
  const some = positions.slice(0, 5).join(', ')
  return positions.length > 5 ? `${some} and ${positions.length - 5} more` : some
}
