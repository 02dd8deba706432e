// Compiled by `npm run typecheck`, never run: what the types promise to programs written for ioredis.
import type { EventEmitter } from 'node:events'
import type {
  ChainableCommander,
  Cluster,
  Redis,
  RedisCommander,
  RedisOptions,
  RedisStatus,
  Result,
} from 'ioredis'
import { expectTypeOf } from 'vitest'
import type {
  BatchResult,
  CommandHandle,
  Disredis,
  DisredisEvents,
  DisredisOptions,
  Pipeline,
} from '../src/index.js'

declare const redis: Disredis
declare const handle: CommandHandle

// Every command, as ioredis types it.
expectTypeOf(redis).toExtend<RedisCommander>()
expectTypeOf(redis).toExtend<EventEmitter>()
expectTypeOf(handle).toExtend<RedisCommander>()
expectTypeOf(redis.status).toExtend<RedisStatus>()

expectTypeOf(redis.get('k')).resolves.toEqualTypeOf<string | null>()
expectTypeOf(redis.getBuffer('k')).resolves.toEqualTypeOf<Buffer | null>()
expectTypeOf(redis.set('k', 'v')).resolves.toEqualTypeOf<'OK'>()
expectTypeOf(redis.set('k', 'v', 'EX', 1, 'NX')).resolves.toEqualTypeOf<'OK' | null>()
expectTypeOf(redis.incrby(Buffer.from('k'), 2)).resolves.toEqualTypeOf<number>()
expectTypeOf(redis.hgetall('k')).resolves.toEqualTypeOf<Record<string, string>>()
expectTypeOf(redis.mget('a', 'b')).resolves.toEqualTypeOf<(string | null)[]>()
expectTypeOf(redis.mget(['a', 'b'])).resolves.toEqualTypeOf<(string | null)[]>()
expectTypeOf(redis.mset({ a: 1 })).resolves.toEqualTypeOf<'OK'>()
expectTypeOf(redis.del(['a', 'b'])).resolves.toEqualTypeOf<number>()
expectTypeOf(redis.zrange('z', 0, '-1', 'WITHSCORES')).resolves.toEqualTypeOf<string[]>()
expectTypeOf(redis.xread('STREAMS', 's', '0')).resolves.toEqualTypeOf<
  [key: string, items: [id: string, fields: string[]][]][] | null
>()
expectTypeOf(redis.keys('*')).resolves.toEqualTypeOf<string[]>()
expectTypeOf(redis.ping()).resolves.toEqualTypeOf<'PONG'>()
expectTypeOf(redis.call('GET', 'k')).resolves.toEqualTypeOf<unknown>()
expectTypeOf(redis.quit()).resolves.toEqualTypeOf<'OK'>()
expectTypeOf(handle.get('k')).resolves.toEqualTypeOf<string | null>()
redis.get('k', (error, value) => {
  expectTypeOf(error).toEqualTypeOf<Error | null | undefined>()
  expectTypeOf(value).toEqualTypeOf<string | null | undefined>()
})
// @ts-expect-error: a key is a string or a buffer
redis.get({})
// @ts-expect-error: there is no such command
redis.nosuch('k')

// What libraries ask for by structure.
expectTypeOf(redis).toExtend<
  Pick<
    Redis,
    'get' | 'set' | 'del' | 'eval' | 'evalsha' | 'pttl' | 'status' | 'disconnect' | 'connect'
  >
>()
expectTypeOf(redis).toExtend<Pick<Redis | Cluster, 'get' | 'setex' | 'mget' | 'quit'>>()
expectTypeOf(redis).toExtend<Pick<Redis, 'options'>>()
expectTypeOf(redis).toExtend<
  Pick<Redis, 'sendCommand' | 'getBuiltinCommands' | 'addBuiltinCommand'>
>()
expectTypeOf(redis).toExtend<Pick<Redis, 'defineCommand' | 'createBuiltinCommand' | 'isCluster'>>()
expectTypeOf(redis.pipeline()).toExtend<Pick<ChainableCommander, 'get' | 'set' | 'del' | 'exec'>>()
expectTypeOf(redis.multi()).toExtend<Pick<ChainableCommander, 'get' | 'set' | 'del' | 'exec'>>()
expectTypeOf(redis.options).toExtend<RedisOptions>()
expectTypeOf(redis).toExtend<Pick<Redis, 'end' | 'disconnect' | 'monitor'>>()
expectTypeOf(redis.multi({ pipeline: false })).resolves.toEqualTypeOf<'OK'>()
expectTypeOf(handle.multi({ pipeline: false })).resolves.toEqualTypeOf<'OK'>()
expectTypeOf(redis.multi([['get', 'k']]).exec()).resolves.toEqualTypeOf<BatchResult[] | null>()
expectTypeOf(redis.pipeline().multi()).toEqualTypeOf<Pipeline>()
expectTypeOf(redis.hscan('k', 0)).resolves.toEqualTypeOf<[cursor: string, elements: string[]]>()

// A module may add commands to ioredis's types; the client has them as well.
declare module 'ioredis' {
  interface RedisCommander<Context> {
    commandOfATest(key: string): Result<number, Context>
  }
}
expectTypeOf(redis.commandOfATest('k')).resolves.toEqualTypeOf<number>()

// Options.
expectTypeOf<{ sentinels: string }>().toExtend<DisredisOptions>()
expectTypeOf<{
  sentinels: string[]
  keyPrefix: string
  db: number
  tls: true
}>().toExtend<DisredisOptions>()
expectTypeOf<{ sentinels: { host: string; port: number }[] }>().toExtend<DisredisOptions>()
expectTypeOf<{
  sentinels: string
  name: string
  scripts: { run: { lua: string; numberOfKeys: number; readOnly: true } }
}>().toExtend<DisredisOptions>()
// @ts-expect-error: the Sentinels are not optional
expectTypeOf<{ masters: string[] }>().toExtend<DisredisOptions>()

// Events.
redis.on('failoverCompleted', (event) => {
  expectTypeOf(event.duration).toEqualTypeOf<number>()
  expectTypeOf(event.shard).toEqualTypeOf<string>()
})
redis.on('message', (channel, message) => {
  expectTypeOf([channel, message]).toEqualTypeOf<string[]>()
})
redis.on('ready', () => {})
redis.on('connect', () => {})
redis.on('end', () => {})
expectTypeOf<DisredisEvents['error']>().toEqualTypeOf<[error: Error]>()

// A value of ioredis's options, with its usual members.
const ioredisOptions: RedisOptions = {
  sentinels: [{ host: 'h1', port: 26379 }],
  name: 'mymaster',
  username: 'app',
  password: 'secret',
  sentinelPassword: 'secret',
  db: 1,
  keyPrefix: 'app:',
  connectionName: 'app',
  lazyConnect: true,
  maxRetriesPerRequest: null,
  enableReadyCheck: false,
  retryStrategy: (times) => times * 50,
  tls: { rejectUnauthorized: true },
  natMap: { '10.0.0.1:6379': { host: 'public', port: 7000 } },
  family: 4,
}
expectTypeOf<typeof Disredis>().toBeConstructibleWith(ioredisOptions)
expectTypeOf<typeof Disredis>().toBeConstructibleWith('redis-sentinel://h1', ioredisOptions)
expectTypeOf<typeof Disredis>().toBeConstructibleWith('h1', {
  keyPrefix: 'app:',
  readFrom: 'replica',
})
expectTypeOf<typeof Disredis.connect>().toBeCallableWith(ioredisOptions)
redis.duplicate(ioredisOptions)
redis.duplicate({ connectionName: 'b', maxRetriesPerRequest: null, enableReadyCheck: false })
// @ts-expect-error: there is no such option
redis.duplicate({ conectionName: 'b' })
