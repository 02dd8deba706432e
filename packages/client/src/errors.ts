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

/**
 * The keys of one command, script or transaction live on different shards and would have to live
 * together: give them one hash tag. Never executed.
 */
export class CrossShardError extends DisredisError {
  override readonly code = 'DISREDIS_CROSS_SHARD'
  /** The shard of each key, in the order of the keys; empty where patterns name the keys. */
  readonly shards: readonly string[]

  constructor(message: string, shards: readonly string[] = []) {
    super(message)
    this.shards = Object.freeze([...shards])
  }
}

/** What one shard did of a command that was sent to several. */
export type ShardResult = {
  /** The Sentinel master name. */
  readonly shard: string
  /** Which of the command's keys were this shard's, counted from 0; only where keys decide. */
  readonly positions?: readonly number[]
} & (
  | { readonly status: 'fulfilled'; readonly value: unknown }
  | { readonly status: 'rejected'; readonly reason: Error }
)

/**
 * A command that was sent to several shards (MGET, MSET, DEL, FLUSHALL, ...) failed on at least one of
 * them. What the others did stays done. `cause` is an `AggregateError` of the reasons.
 */
export class PartialFailureError extends DisredisError {
  override readonly code = 'DISREDIS_PARTIAL_FAILURE'
  /** What became of each shard's part. */
  readonly results: readonly ShardResult[]

  /** @param isWrite a part that was executed changed something */
  constructor(message: string, results: readonly ShardResult[], isWrite: boolean) {
    const reasons = results.flatMap((it) => (it.status === 'rejected' ? [it.reason] : []))
    super(message, {
      cause: new AggregateError(reasons, 'One error per shard that failed'),
      retryable: reasons.every((reason) => reason instanceof DisredisError && reason.retryable),
      mayHaveExecuted:
        (isWrite && reasons.length < results.length) ||
        reasons.some((reason) => reason instanceof DisredisError && reason.mayHaveExecuted),
    })
    this.results = Object.freeze([...results])
  }
}

/**
 * No shard is the right one for the command, and not all of them together are. The message says what to
 * do instead; often it is `shard(name)`, which sends it to one master. Never executed.
 */
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

/**
 * A master does not tell which keys have changed, and the option `cache.required` says that it must: the
 * user lacks `+client|tracking`.
 */
export class NearCacheError extends DisredisError {
  override readonly code = 'DISREDIS_NEAR_CACHE'
}

/** A master could not be dialled, or its connection was lost. */
export class ConnectionError extends DisredisError {
  override readonly code = 'DISREDIS_CONNECTION'
}

/** Writes are held because no majority of the Sentinels is in reach (`fenceAfter`). A cause. */
export class FencedError extends DisredisError {
  override readonly code = 'DISREDIS_FENCED'
}

/** `transaction()` gave up because others changed a watched key each time. Nothing was executed. */
export class TransactionConflictError extends DisredisError {
  override readonly code = 'DISREDIS_TRANSACTION_CONFLICT'
}

/** Sentinel tried to replace a master and gave up; the message says why. A cause. */
export class FailoverAbortedError extends DisredisError {
  override readonly code = 'DISREDIS_FAILOVER_ABORTED'
}

/** What one master says of the placement, which is not what the client has. */
export interface PlacementReport {
  /** The Sentinel master name. */
  readonly shard: string
  /** `host:port` */
  readonly address: string | undefined
  /** In words, after "the master of ...". */
  readonly says: string
  /** The shards of its record by name, with their weights; undefined if it has none that can be read. */
  readonly shards: Readonly<Record<string, number>> | undefined
  /** Of its record. */
  readonly epoch: number | undefined
}

/**
 * The masters' record says that keys are placed otherwise than this client would: over other masters, names
 * or weights, or since slots were moved. Or two names lead to one node. The message says who says what, and
 * what to do. Never executed.
 */
export class PlacementMismatchError extends DisredisError {
  override readonly code = 'DISREDIS_PLACEMENT_MISMATCH'
  /** The client's own shards by name, with their weights. */
  readonly expected: Readonly<Record<string, number>>
  /** The masters that say otherwise. */
  readonly reports: readonly PlacementReport[]

  constructor(
    message: string,
    expected: Readonly<Record<string, number>>,
    reports: readonly PlacementReport[],
  ) {
    super(message, { shard: reports[0]?.shard, address: reports[0]?.address })
    this.expected = Object.freeze({ ...expected })
    this.reports = Object.freeze([...reports])
  }
}
