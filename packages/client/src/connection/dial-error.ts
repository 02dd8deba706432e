import {
  type Address,
  DialError,
  DisredisError,
  formatAddress,
  withoutArguments,
} from '@disredis/connection'
import { AuthenticationError, ConnectionError, TlsError } from '../errors.js'

const refusedLogin = /^(WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password|ERR Client sent AUTH)/u
const refusedCommand = /^NOPERM/u
const unknownHello = /^(?:ERR unknown command .?HELLO|NOPROTO)/iu
const brokenTls = /^(ERR_SSL_|ERR_TLS_|EPROTO$)/u

/** What a failed dial, handshake or ROLE means. Never carries a password. */
export function dialError(address: Address, error: unknown): DisredisError {
  const where = formatAddress(address)
  const cause = causeOf(error)
  if (isOfTls(error, cause)) {
    return new TlsError(`TLS to ${where} failed: ${cause?.message}.`, { address: where, cause })
  }
  if (cause !== undefined && refusedLogin.test(cause.message)) {
    return new AuthenticationError(
      `The node at ${where} refused the user name or password: ${cause.message} ` +
        'Check `username` and `password`; those of the Sentinels are `sentinelUsername` and `sentinelPassword`.',
      { address: where, cause },
    )
  }
  if (cause !== undefined && refusedCommand.test(cause.message)) {
    return new AuthenticationError(
      `The user lacks a permission on ${where} that every client needs (HELLO, ROLE, SELECT, CLIENT SETNAME): ${cause.message}`,
      { address: where, cause },
    )
  }
  if (cause !== undefined && unknownHello.test(cause.message)) {
    return new ConnectionError(
      `The server at ${where} does not know HELLO 3 (RESP3): Redis 6.2 or newer, or Valkey, is needed.`,
      { address: where, cause },
    )
  }
  if (error instanceof DialError) {
    return new ConnectionError(`${error.message}.`, { address: where, cause, retryable: true })
  }
  if (error instanceof DisredisError) return error
  return new ConnectionError(`Cannot connect to ${where}: ${cause?.message}.`, {
    address: where,
    cause,
    retryable: true,
  })
}

/** Of a dial: what ended it, without arguments. */
function causeOf(error: unknown): Error | undefined {
  const cause = error instanceof DialError ? error.cause : error
  return cause instanceof Error ? withoutArguments(cause) : undefined
}

function isOfTls(error: unknown, cause: Error | undefined): boolean {
  if (!(error instanceof DialError) || error.isTimeout || cause === undefined) return false
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  if (brokenTls.test(code)) return true
  return error.stage === 'tls' && code !== '' && code !== 'ECONNRESET'
}
