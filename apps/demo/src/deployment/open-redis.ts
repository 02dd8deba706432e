import { type Address, formatAddress } from '@disredis/sentinel'
import { Redis, type RedisOptions } from 'ioredis'
import type { NodeAccess } from '../cli/deployment-settings.js'
import { DeploymentError } from './deployment.js'

const connectTimeout = 5_000
const commandTimeout = 10_000

/** Options of a plain ioredis to one node. What checks the client must not be the client. */
export function redisOptions(address: Address, access: NodeAccess) {
  const { username, password, tls } = access
  return {
    ...address,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls: tls === true ? {} : tls }),
    connectTimeout,
    protocol: 2,
    connectionName: 'disredis-demo-check',
    // INFO and CLIENT SETINFO are not granted to every user.
    enableReadyCheck: false,
    disableClientInfo: true,
    lazyConnect: true,
  } satisfies RedisOptions
}

/**
 * Runs commands on a connection of its own, which is closed afterwards.
 *
 * @throws DeploymentError that begins with the node's address
 */
export async function withRedis<Result>(
  address: Address,
  access: NodeAccess,
  use: (redis: Redis) => Promise<Result>,
): Promise<Result> {
  const redis = new Redis({
    ...redisOptions(address, access),
    retryStrategy: null,
    commandTimeout,
  })
  let connectionError: Error | undefined
  redis.on('error', (error) => {
    connectionError ??= error
  })
  try {
    await redis.connect()
    return await use(redis)
  } catch (error) {
    const cause = connectionError ?? error
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DeploymentError(`${formatAddress(address)}: ${reason}`, { cause })
  } finally {
    redis.disconnect()
  }
}
