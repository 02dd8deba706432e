/** What went wrong, in a form that never changes with the wording of the message. */
export type FleetErrorCode =
  /** An option or an argument is not usable. */
  | 'DISREDIS_FLEET_OPTION'
  /** No master or Sentinel of that name or number. */
  | 'DISREDIS_FLEET_UNKNOWN_NAME'
  /** A server process ended while it was starting. `log` holds what it said. */
  | 'DISREDIS_FLEET_NODE_EXITED'
  /** The node is stopped, paused or running, and the call needs the opposite. */
  | 'DISREDIS_FLEET_NODE_STATE'
  /** A condition was not met by its deadline. The message says which. */
  | 'DISREDIS_FLEET_TIMEOUT'
  /** The server answered with an error, or the connection to it broke. */
  | 'DISREDIS_FLEET_COMMAND'
  /** The fleet was closed, or the node's master was removed. */
  | 'DISREDIS_FLEET_CLOSED'
  /** No usable redis-server or valkey-server was found. */
  | 'DISREDIS_FLEET_SERVER_NOT_FOUND'
  /** A server could not be installed. */
  | 'DISREDIS_FLEET_INSTALL'

export interface FleetErrorDetails {
  /** The node that the error is about. */
  readonly node?: string
  /** The end of that node's log. */
  readonly log?: string
  readonly cause?: unknown
}

/** Every error that this package throws. */
export class FleetError extends Error {
  override readonly name = 'FleetError'
  readonly code: FleetErrorCode
  readonly node: string | undefined
  readonly log: string | undefined

  constructor(code: FleetErrorCode, message: string, details: FleetErrorDetails = {}) {
    super(
      details.log === undefined ? message : `${message}\n${indent(details.log)}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.code = code
    this.node = details.node
    this.log = details.log
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, '  | ')
}
