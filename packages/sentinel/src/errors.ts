import { DisredisError, type DisredisErrorOptions } from '@disredis/connection'

/** An address could not be read; the message names the part. */
export class InvalidAddressError extends DisredisError {
  override readonly code = 'DISREDIS_INVALID_ADDRESS'
}

/** An option has a value it cannot take; the message names the option, what it got and what it takes. */
export class InvalidOptionError extends DisredisError {
  override readonly code = 'DISREDIS_INVALID_OPTION'
}

/** The object was closed, before the call or while it was under way. */
export class ClosedError extends DisredisError {
  override readonly code = 'DISREDIS_CLOSED'
}

/**
 * No Sentinel gave a usable answer in time. `cause` is an `AggregateError` with one error per address
 * in its `errors`, and `errors` is that list.
 */
export class SentinelsUnreachableError extends DisredisError {
  override readonly code = 'DISREDIS_SENTINELS_UNREACHABLE'
  /** One error per Sentinel that was tried. */
  readonly errors: readonly Error[]

  constructor(errors: readonly Error[], options: Omit<DisredisErrorOptions, 'cause'> = {}) {
    const reasons = errors.map((error) => `\n  ${error.message}`).join('')
    super(
      `No Sentinel gave a usable answer. Check the addresses, the network and the credentials:${reasons}`,
      { retryable: true, ...options, cause: new AggregateError(errors, 'One error per Sentinel') },
    )
    this.errors = Object.freeze([...errors])
  }
}

/** `masters` names masters that no Sentinel watches, or the Sentinels watch none at all. */
export class UnknownMasterError extends DisredisError {
  override readonly code = 'DISREDIS_UNKNOWN_MASTER'
  /** The names that were asked for and are not watched. */
  readonly unknown: readonly string[]
  /** The names that the Sentinels watch, sorted. */
  readonly known: readonly string[]

  constructor(unknown: readonly string[], known: readonly string[]) {
    super(
      unknown.length === 0
        ? 'The Sentinels watch no master. Add one with SENTINEL MONITOR.'
        : `No Sentinel watches ${quoted(unknown)}. Known masters: ${quoted(known) || 'none'}.`,
      unknown.length === 1 ? { shard: unknown[0] } : {},
    )
    this.unknown = Object.freeze([...unknown])
    this.known = Object.freeze([...known])
  }
}

/** No set of masters is reported by a majority of the Sentinels that answered. */
export class MastersDisagreeError extends DisredisError {
  override readonly code = 'DISREDIS_MASTERS_DISAGREE'
  /** Which masters each Sentinel watches, by its `host:port`. */
  readonly reports: ReadonlyMap<string, readonly string[]>

  constructor(reports: ReadonlyMap<string, readonly string[]>) {
    const lines = [...reports].map(([from, names]) => `\n  ${from}: ${quoted(names) || 'none'}`)
    super(
      `No majority of the answering Sentinels agrees on the set of masters. ` +
        `Name them in \`masters\`, or make the Sentinels agree:${lines.join('')}`,
      { retryable: true },
    )
    this.reports = reports
  }
}

/** The node answers, but it is not a Sentinel: a data node, or not Redis at all. */
export class NotASentinelError extends DisredisError {
  override readonly code = 'DISREDIS_NOT_A_SENTINEL'
}

/** The Sentinel refused the credentials, asks for some, or they lack a permission. */
export class SentinelAuthError extends DisredisError {
  override readonly code = 'DISREDIS_SENTINEL_AUTH'
}

/** TLS with the Sentinel failed: certificate, name, or the other side speaks no TLS. */
export class SentinelTlsError extends DisredisError {
  override readonly code = 'DISREDIS_SENTINEL_TLS'
}

/** The Sentinel could not be reached, or the connection broke. */
export class SentinelConnectionError extends DisredisError {
  override readonly code = 'DISREDIS_SENTINEL_CONNECTION'
}

/** The Sentinel did not connect or answer within its time. */
export class SentinelTimeoutError extends DisredisError {
  override readonly code = 'DISREDIS_SENTINEL_TIMEOUT'
}

/** The Sentinel said something that cannot be used, for example an empty host or port 0. */
export class SentinelReplyError extends DisredisError {
  override readonly code = 'DISREDIS_SENTINEL_REPLY'
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ')
}
