import { type Address, formatAddress, type Runtime, type Timer } from '@disredis/connection'
import { ConnectionError } from '../errors.js'

export interface Credentials {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/**
 * What `credentials` gives for one dial. Rejects with {@link ConnectionError} when the function
 * throws, or has not answered after `timeout` ms: the next dial asks again.
 */
export async function askCredentials(
  credentials: () => Credentials | Promise<Credentials>,
  address: Address,
  timeout: number,
  runtime: Runtime,
): Promise<Credentials> {
  const where = formatAddress(address)
  const fail = (what: string, cause?: unknown) =>
    new ConnectionError(`Cannot log in to ${where}: \`credentials\` ${what}.`, {
      address: where,
      cause,
      retryable: true,
    })
  let timer: Timer | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = runtime.setTimer(() => reject(fail(`returned nothing within ${timeout} ms`)), timeout)
  })
  try {
    return await Promise.race([(async () => credentials())(), limit])
  } catch (error) {
    throw error instanceof ConnectionError ? error : fail('failed', error)
  } finally {
    timer?.cancel()
  }
}
