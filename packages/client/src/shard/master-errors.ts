import type { ShardConnection } from '../connection/shard-connection.js'
import { ConnectionError, RoleMismatchError } from '../errors.js'

/** The connection ended, and nobody here ended it. */
export function connectionLost(shard: string, { where }: ShardConnection): ConnectionError {
  return new ConnectionError(`The connection to ${where} was lost.`, {
    shard,
    address: where,
    retryable: true,
  })
}

/** @param cause what the node answered */
export function demoted(
  shard: string,
  { where }: ShardConnection,
  cause: Error,
): RoleMismatchError {
  return new RoleMismatchError(`The node at ${where} is no longer a master.`, {
    shard,
    address: where,
    cause,
    retryable: true,
  })
}

export function notMaster(shard: string, { where }: ShardConnection): RoleMismatchError {
  return new RoleMismatchError(
    `The node at ${where} is a replica, but Sentinel names it as the master of '${shard}'.`,
    { shard, address: where, retryable: true },
  )
}

export function loadsItsData(shard: string, { where }: ShardConnection): ConnectionError {
  return new ConnectionError(`The master of '${shard}' at ${where} loads its data (LOADING).`, {
    shard,
    address: where,
    retryable: true,
  })
}
