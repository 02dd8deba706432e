import type { Redis } from 'ioredis'
import type { SessionRedis } from '../../src/index.js'

/** The client, and the names of the commands that were asked of it. */
export function countCommands(redis: Redis): { client: SessionRedis; sent: string[] } {
  const sent: string[] = []
  const client = new Proxy(redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function' || typeof name !== 'string') return value
      return (...args: unknown[]) => {
        sent.push(name)
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { client, sent }
}
