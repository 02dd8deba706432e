import { DisredisError } from '@disredis/sentinel'

/** No promoted or answering master within the command's deadline. The command was never written. */
export class ShardDownError extends DisredisError {
  override readonly code = 'DISREDIS_SHARD_DOWN'
}

/**
 * The deadline passed. For a command that was still queued, or a read: nothing was changed by it.
 * A written write whose reply is missing gets {@link OutcomeUnknownError} instead.
 */
export class CommandTimeoutError extends DisredisError {
  override readonly code = 'DISREDIS_COMMAND_TIMEOUT'
}

/**
 * The command was written to a connection and no reply came: the master may or may not have executed
 * it. It is not repeated, because that could execute it twice.
 */
export class OutcomeUnknownError extends DisredisError {
  override readonly code = 'DISREDIS_OUTCOME_UNKNOWN'
}

/** A shard without a master has as many commands waiting as `queue` allows. Never executed. */
export class QueueFullError extends DisredisError {
  override readonly code = 'DISREDIS_QUEUE_FULL'
}

/** The keys of one command live on different shards. */
export class CrossShardError extends DisredisError {
  override readonly code = 'DISREDIS_CROSS_SHARD'
}

/** The command has no key that says where it belongs; `shard(name)` sends it to one master. */
export class NotRoutableError extends DisredisError {
  override readonly code = 'DISREDIS_NOT_ROUTABLE'
}

/** A write was executed, but fewer replicas than asked for acknowledged it in time. */
export class DurabilityError extends DisredisError {
  override readonly code = 'DISREDIS_DURABILITY'
}

/** The node at a master's address says that it is a replica. */
export class RoleMismatchError extends DisredisError {
  override readonly code = 'DISREDIS_ROLE_MISMATCH'
}

/** A master refused the user name or password. Trying again without a change is of no use. */
export class AuthenticationError extends DisredisError {
  override readonly code = 'DISREDIS_AUTHENTICATION'
}

/** The TLS handshake with a master failed: an unknown authority, a wrong name, an expired certificate. */
export class TlsError extends DisredisError {
  override readonly code = 'DISREDIS_TLS'
}

/** A master could not be dialled, or its connection was lost. */
export class ConnectionError extends DisredisError {
  override readonly code = 'DISREDIS_CONNECTION'
}

/** Writes are held because no majority of the Sentinels is in reach (`fenceAfter`). A cause. */
export class FencedError extends DisredisError {
  override readonly code = 'DISREDIS_FENCED'
}
