import { DisredisError } from '@disredis/client'

/**
 * What every error of the store is. `cause` is what led to it; neither it nor the message holds a
 * session id, session data or command arguments. What the application's own code throws (a schema, a
 * `toJSON`, the option `userId`) is passed on as it is.
 */
export abstract class SessionStoreError extends DisredisError {
  /**
   * What an HTTP response should say: 503 if the same request may succeed later, else 500. Express and
   * Fastify read `status`, `statusCode` and `headers` of errors.
   */
  get status(): 500 | 503 {
    return this.retryable ? 503 : 500
  }

  get statusCode(): 500 | 503 {
    return this.status
  }

  /** With a 503: `Retry-After`, in seconds. */
  get headers(): Readonly<Record<string, string>> | undefined {
    return this.status === 503 ? RETRY : undefined
  }
}

const RETRY = Object.freeze({ 'retry-after': '1' })

/** An option has a value that it does not take. Thrown at once, by the constructor. */
export class SessionOptionError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_OPTION'
}

/** The store was closed before, or while, it was asked. */
export class SessionStoreClosedError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_STORE_CLOSED'

  /** The process ends; another one will serve. */
  override get status(): 503 {
    return 503
  }
}

/** A session was to be written under an id that the store refuses: see `checkSessionId`. */
export class SessionIdError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_ID'
}

/** Redis did not answer within the deadline, or refused. It never means that there is no session. */
export class SessionUnavailableError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_UNAVAILABLE'

  override get status(): 503 {
    return 503
  }
}

/** Written, but fewer replicas than `durability` asks for acknowledged it in time. */
export class SessionDurabilityError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_DURABILITY'

  override get status(): 503 {
    return 503
  }
}

/** Someone else wrote the session in the meantime, and the conflict policy forbids to go on. */
export class SessionConflictError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_CONFLICT'
}

/** The session's data is larger than `maxPayload`. Nothing was written, nothing was parsed. */
export class SessionTooLargeError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_TOO_LARGE'
}

/** The session cannot be stored: no JSON, no valid expiry, or refused by the schema. */
export class SessionInvalidError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_INVALID'
}

/** The stored session needs a key or a format that this process does not have. It is left alone. */
export class SessionUndecodableError extends SessionStoreError {
  override readonly code: 'DISREDIS_SESSION_UNDECODABLE' | 'DISREDIS_SESSION_UNAUTHENTIC' =
    'DISREDIS_SESSION_UNDECODABLE'
}

/**
 * An encrypted session was changed by someone who does not have the key, or this process has another
 * key of that id. It is left alone, and counted.
 */
export class SessionUnauthenticError extends SessionUndecodableError {
  override readonly code = 'DISREDIS_SESSION_UNAUTHENTIC'
}

/** The lock was not free within `wait`, or was lost before the write that it was to protect. */
export class SessionLockError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_LOCK'
}

/** A master that could not be asked, and why. */
export interface NodeFailure {
  /** The Sentinel master name; undefined for a plain ioredis. */
  readonly shard: string | undefined
  readonly error: SessionStoreError
}

/** Some masters could not be asked: what came before it is not all there is. */
export class SessionPartialError extends SessionStoreError {
  override readonly code = 'DISREDIS_SESSION_PARTIAL'
  readonly failures: readonly NodeFailure[]

  constructor(failures: readonly NodeFailure[]) {
    const names = failures.map(({ shard }) => shard ?? 'the server').join(', ')
    super(`Not all sessions were reached: ${names} could not be asked`, {
      cause: failures[0]?.error,
      retryable: true,
    })
    this.failures = failures
  }
}
