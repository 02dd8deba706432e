import { DisredisError, type DisredisErrorOptions } from './disredis-error.js'

/** How far a dial had come: TCP, the TLS handshake, or HELLO and what follows it. */
export type DialStage = 'connect' | 'tls' | 'handshake'

/**
 * No connection came about. `stage` tells how far it had come, and `cause` what ended it: the socket's
 * error, a {@link ReplyError} of the server, a {@link ProtocolError}, or the reason of the signal;
 * undefined if the server closed the connection or time ran out.
 */
export class DialError extends DisredisError {
  override readonly code = 'DISREDIS_DIAL'
  readonly stage: DialStage
  /** Nothing failed: the time that was given is over. */
  readonly isTimeout: boolean

  constructor(
    message: string,
    stage: DialStage,
    options: DisredisErrorOptions & { readonly isTimeout?: boolean } = {},
  ) {
    super(message, options)
    this.stage = stage
    this.isTimeout = options.isTimeout ?? false
  }
}

/**
 * The server sent something that is not RESP3, more than the limits allow, or a reply that answers nothing. The
 * connection is closed: later bytes could be taken for the reply to another command. The message says
 * where, never what: it may be a payload.
 */
export class ProtocolError extends DisredisError {
  override readonly code = 'DISREDIS_PROTOCOL'
}

/**
 * The connection ended before the reply. `cause` is the socket's error or a {@link ProtocolError};
 * undefined when either side closed it in order. `mayHaveExecuted` is true if the request had left.
 */
export class ConnectionLostError extends DisredisError {
  override readonly code = 'DISREDIS_CONNECTION_LOST'
}

/** An error reply of the server; its first word is Redis's error code. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

/**
 * Why a socket failed, in words. That of a host with several addresses has none of its own: it holds one
 * error for each.
 */
export function reasonOf(error: Error): string {
  if (error.message !== '') return error.message
  const { errors = [], code } = error as { errors?: readonly Error[]; code?: string }
  return errors.length > 0 ? errors.map(reasonOf).join(', ') : (code ?? error.name)
}
