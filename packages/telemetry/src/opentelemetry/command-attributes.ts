import type { CommandMessage } from '@disredis/client'
import type { Attributes } from '@opentelemetry/api'
import { errorCodeOf, isServerError } from '../command-channel.js'
import type { ShardDirectory } from '../shard-directory.js'

/** By the semantic conventions for databases and for Redis; `disredis.` are ours. */
export function attributesOf(message: CommandMessage, directory: ShardDirectory): Attributes {
  const { database, address, size } = message
  const shard = address && directory.shardAt(address.host, address.port)
  return {
    'db.system.name': 'redis',
    'db.namespace': String(database),
    'db.operation.name': operationOf(message),
    // Of one command it is no batch.
    ...(size !== undefined && size > 1 && { 'db.operation.batch.size': size }),
    ...(address !== undefined && {
      'server.address': address.host,
      'server.port': address.port,
      'network.peer.address': address.host,
      'network.peer.port': address.port,
    }),
    ...(shard !== undefined && {
      'disredis.shard': shard,
      'disredis.shard.state': directory.stateOf(shard),
    }),
  }
}

/** `GET`, `MULTI`, `PIPELINE`; `PIPELINE GET` if all of it are. */
export function operationOf({ command, member }: CommandMessage): string {
  return (member === undefined ? command : `${command} ${member}`).toUpperCase()
}

export function failureOf(error: unknown): Attributes {
  const code = errorCodeOf(error)
  return {
    'error.type': code,
    ...(isServerError(error) && { 'db.response.status_code': code }),
  }
}
