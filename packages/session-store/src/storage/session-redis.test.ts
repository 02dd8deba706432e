import type { CommandHandle, Disredis } from '@disredis/client'
import type { Redis } from 'ioredis'
import { expectTypeOf, test } from 'vitest'
import type { SessionNode, SessionRedis } from './session-redis.js'

test('a Disredis client and a plain ioredis are accepted as they are', () => {
  expectTypeOf<Disredis>().toExtend<SessionRedis>()
  expectTypeOf<CommandHandle>().toExtend<SessionRedis>()
  expectTypeOf<CommandHandle>().toExtend<SessionNode>()
  expectTypeOf<Redis>().toExtend<SessionRedis>()
})
