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

/** @param cause what the node answered, if it refused something */
export function demoted(
  shard: string,
  { where }: ShardConnection,
  cause: Error | undefined,
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
  return new ConnectionError(
    `The master of '${shard}' at ${where} is loading its data (LOADING).`,
    {
      shard,
      address: where,
      retryable: true,
    },
  )
}

/** @param cause why it cannot be reached by another connection either */
export function masterSilent(
  shard: string,
  { where }: ShardConnection,
  cause: Error,
): ConnectionError {
  return new ConnectionError(
    `The master of '${shard}' at ${where} does not answer, and cannot be reached by another connection: ${cause.message}`,
    { shard, address: where, cause, retryable: true },
  )
}

/** @param reason why the failover came to an end */
export function noMaster(shard: string, reason: string): ConnectionError {
  return new ConnectionError(
    `Shard '${shard}' has no master: the old one is lost, and the failover ended without a new one (${reason}).`,
    { shard, retryable: true },
  )
}
