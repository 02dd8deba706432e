import { type Address, DisredisError, formatAddress, withoutArguments } from '@disredis/sentinel'
import { AuthenticationError, ConnectionError } from '../errors.js'

const refusedLogin = /^(WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password|ERR Client sent AUTH)/u
const refusedCommand = /^NOPERM/u

/** What a failed dial, handshake or ROLE means. Never carries a password. */
export function dialError(address: Address, error: unknown): DisredisError {
  if (error instanceof DisredisError) return error
  const where = formatAddress(address)
  const cause = error instanceof Error ? withoutArguments(error) : new Error(String(error))
  if (refusedLogin.test(cause.message)) {
    return new AuthenticationError(
      `The node at ${where} refused the user name or password: ${cause.message} ` +
        'Check `username` and `password`; those of the Sentinels are `sentinelUsername` and `sentinelPassword`.',
      { address: where, cause },
    )
  }
  if (refusedCommand.test(cause.message)) {
    return new AuthenticationError(
      `The user may not do on ${where} what every client needs (HELLO, ROLE, SELECT, CLIENT SETNAME): ${cause.message}`,
      { address: where, cause },
    )
  }
  return new ConnectionError(`Cannot connect to ${where}: ${cause.message}.`, {
    address: where,
    cause,
    retryable: true,
  })
}
