import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
})

afterAll(async () => {
  await fleet?.close()
})

/** All string names that objects of ours have: their own, those of their classes and of EventEmitter. */
function namesOf(...objects: object[]): string[] {
  const names = new Set<string>()
  for (const object of objects) {
    for (let it = object; it !== null; it = Object.getPrototypeOf(it)) {
      for (const name of Object.getOwnPropertyNames(it)) names.add(name)
    }
  }
  return [...names]
}

const closed = new Disredis({ sentinels: '127.0.0.1:1', lazyConnect: true })
/** Of Node.js are those with an underscore. Commands are all made alike: these are used by others. */
const commands = new Set(closed.getBuiltinCommands().flatMap((name) => [name, `${name}Buffer`]))
const usedByOthers = [
  'get',
  'set',
  'getBuffer',
  'scan',
  'scanBuffer',
  'subscribe',
  'publish',
  'exec',
  'quit',
]
const names = namesOf(closed, closed.with({}), closed.pipeline(), closed.multi()).filter(
  (name) => !commands.has(name) && !name.startsWith('_') && name !== 'constructor',
)
names.push(...usedByOthers)

type Scripted = Record<string, (...args: unknown[]) => Promise<unknown>>
const lua = "return {'script', ARGV[1]}"
const answer = ['script', 'a']
/** Of a batch, that are not lost to a script. */
const kept = new Set(['addBatch', 'exec', 'execBuffer', 'isPipeline', 'length', 'multi'])
const prototype = Disredis.prototype

describe('a script may have any name of ours', () => {
  test('there are such names', () => {
    expect(names).toEqual(expect.arrayContaining(['close', 'options', 'emit', 'addBatch', 'ready']))
  })

  test.each([...new Set([...names, 'submit', 'keyPrefix'])])(
    'and the client, its handles and its batches go on working: %s',
    async (name) => {
      const redis = new Disredis({ sentinels: fleet.sentinels })
      const ended = new Promise((resolve) =>
        prototype.on.call(redis as never, 'end', resolve as never),
      )
      try {
        prototype.defineCommand.call(redis, name, { lua, numberOfKeys: 1 })
        await exercise(redis, name)
      } finally {
        await redis[Symbol.asyncDispose]()
      }
      await ended
    },
  )
})

/** What is called by name is called as the class has it, since the script hides it. */
function by<Name extends keyof Disredis>(redis: Disredis, name: Name): Disredis[Name] {
  const method = prototype[name] as unknown as (...args: unknown[]) => unknown
  return method.bind(redis) as Disredis[Name]
}

async function exercise(redis: Disredis, name: string): Promise<void> {
  const scripted = redis as unknown as Scripted
  expect(await scripted[name]!('k', 'a')).toEqual(answer)
  await by(redis, 'ready')()
  await by(redis, 'set')('k', 'v')
  expect(await by(redis, 'get')('k')).toBe('v')
  const batches = [by(redis, 'pipeline')(), by(redis, 'multi')()]
  for (const batch of batches) {
    const commands = batch as unknown as Record<string, (...args: unknown[]) => unknown>
    if (!kept.has(name)) commands[name]!('k', 'a')
    prototype.get.call(batch as never, 'k')
    const expected = [...(kept.has(name) ? [] : [[null, answer]]), [null, 'v']]
    expect(await batch.exec()).toEqual(expected)
  }
  const pipeline = by(redis, 'pipeline')([['set', 'k', 'v']])
  const inline = pipeline.multi() as unknown as typeof pipeline
  prototype.get.call(inline as never, 'k')
  expect(await (inline.exec() as unknown as typeof pipeline).exec()).toMatchObject(
    name === 'set'
      ? {}
      : [
          [null, 'OK'],
          [null, 'OK'],
          [null, 'QUEUED'],
          [null, ['v']],
        ],
  )
  const handle = by(redis, 'with')({ timeout: 5000 })
  expect(await (handle as unknown as Scripted)[name]!('k', 'a')).toEqual(answer)
  expect(await prototype.get.call(handle as never, 'k')).toBe('v')
  const keys: string[] = []
  for await (const found of by(redis, 'scanStream')()) keys.push(...found)
  expect(keys).toEqual(['k'])
  expect(await by(redis, 'subscribe')('channel')).toBe(1)
  const message = new Promise((resolve) => by(redis, 'on')('message', (_, it) => resolve(it)))
  await by(redis, 'publish')('channel', 'm')
  expect(await message).toBe('m')
  const read = by(redis, 'transaction')(['k'], (tx) => prototype.get.call(tx as never, 'k'))
  expect(await read).toBe('v')
  expect(by(redis, 'health')().state).toBe('ok')
  expect(by(redis, 'explain')('k').shard).toBe('shard-1')
}
