import type { Disredis } from '@disredis/client'

/** The code under test: a lock that ends by itself. */
export async function tryLock(redis: Disredis, name: string, owner: string, life: number) {
  return (await redis.set(`lock:${name}`, owner, 'PX', life, 'NX')) === 'OK'
}
