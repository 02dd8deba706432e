import {
  type Address,
  DisredisError,
  type DisredisErrorOptions,
  formatAddress,
} from '@disredis/connection'
import { SentinelConnectionError } from '../errors.js'

type ErrorClass = new (message: string, options: DisredisErrorOptions) => DisredisError

/** The same error, of the Sentinel at `address`: "10.0.0.1:26379: what happened". */
export function locateError(error: unknown, address: Address): DisredisError {
  const where = formatAddress(address)
  if (!(error instanceof DisredisError)) {
    const reason = error instanceof Error ? error.message : String(error)
    return new SentinelConnectionError(`${where}: ${reason}`, {
      address: where,
      cause: error,
      retryable: true,
    })
  }
  if (error.address !== undefined) return error
  return new (error.constructor as ErrorClass)(`${where}: ${error.message}`, {
    address: where,
    cause: error.cause,
    retryable: error.retryable,
  })
}
