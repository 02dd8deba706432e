import { type Address, formatAddress } from '@disredis/sentinel'
import { ConnectionError } from '../errors.js'
import type { Credentials } from './dial-master.js'

/**
 * What `credentials` gives for one dial. Rejects with {@link ConnectionError} when the function
 * throws, or has not answered after `timeout` ms: the next dial asks again.
 */
export async function askCredentials(
  credentials: () => Credentials | Promise<Credentials>,
  address: Address,
  timeout: number,
): Promise<Credentials> {
  const where = formatAddress(address)
  const fail = (what: string, cause?: unknown) =>
    new ConnectionError(`Cannot log in to ${where}: \`credentials\` ${what}.`, {
      address: where,
      cause,
      retryable: true,
    })
  let timer: ReturnType<typeof setTimeout> | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fail(`gave nothing within ${timeout} ms`)), timeout)
  })
  try {
    return await Promise.race([(async () => credentials())(), limit])
  } catch (error) {
    throw error instanceof ConnectionError ? error : fail('failed', error)
  } finally {
    clearTimeout(timer)
  }
}
