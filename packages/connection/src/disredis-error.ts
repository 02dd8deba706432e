export interface DisredisErrorOptions {
  /** What led to it; never carries command arguments. */
  readonly cause?: unknown
  /** The Sentinel master name. */
  readonly shard?: string | undefined
  /** `host:port` of the node that it is about. */
  readonly address?: string | undefined
  /** Default false. */
  readonly retryable?: boolean
  /** Default false. */
  readonly mayHaveExecuted?: boolean
}

/** What every error of disredis is: a stable `code`, and whether asking again is safe and of use. */
export abstract class DisredisError extends Error {
  /** Stable across versions, unlike the message. */
  abstract readonly code: string
  /** The same call may succeed later without any change by the caller. */
  readonly retryable: boolean
  /** The command may have been executed although no reply came. */
  readonly mayHaveExecuted: boolean
  /** The Sentinel master name, where the error is about one. */
  declare readonly shard?: string
  /** `host:port`, where the error is about one node. */
  declare readonly address?: string

  constructor(message: string, options: DisredisErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    Object.defineProperty(this, 'name', { value: new.target.name, configurable: true })
    this.retryable = options.retryable ?? false
    this.mayHaveExecuted = options.mayHaveExecuted ?? false
    if (options.shard !== undefined) this.shard = options.shard
    if (options.address !== undefined) this.address = options.address
  }
}
