import { type Fleet, startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandInfo, infoOfCall } from '../../src/catalog/command-info.js'
import { serverCommands } from '../../src/catalog/server-commands.js'
import { type CommandHandle, Disredis, NotRoutableError } from '../../src/index.js'
import { type ComparedServer, comparedServers } from '../../test-support/compared-servers.js'
import { comparable, type Sample } from './sample.js'
import { samples } from './samples.js'
import { seed } from './seed.js'

type Commander = Record<string, (...args: unknown[]) => Promise<unknown>>

/** The ways to issue a call, by what a client has for the command. */
function variants(
  fullName: string,
  { args }: Sample,
): Record<string, (of: unknown) => Promise<unknown>> {
  const [name, ...subcommand] = fullName.split('|') as [string, ...string[]]
  const all = [...subcommand, ...args]
  const call = (method: string, its: readonly unknown[]) => (of: unknown) =>
    (of as Commander)[method]!(...its)
  return {
    string: call(name, all),
    buffer: call(`${name}Buffer`, all),
    callback: (of) =>
      new Promise((resolve, reject) => {
        const settle = (error: Error | null, reply: unknown) =>
          error ? reject(error) : resolve(reply)
        ;(of as Commander)[name]!(...all, settle)
      }),
    pipeline: (of) => (of as Redis).pipeline([[name, ...all]]).exec(),
    transaction: (of) => (of as Redis).multi([[name, ...all]]).exec(),
    call: call('call', [name.toUpperCase(), ...all]),
    'call in buffers': call('callBuffer', [name, ...all]),
  }
}

async function outcome(reply: Promise<unknown>, { compare }: Sample): Promise<unknown> {
  try {
    return { reply: comparable(withPlainErrors(await reply), compare) }
  } catch (error) {
    return withPlainErrors(error)
  }
}

/** Of errors, which batches have among their results, what programs go by. */
function withPlainErrors(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(withPlainErrors)
  return reply instanceof Error ? { name: reply.name, message: reply.message } : reply
}

function infoOf(fullName: string) {
  const [name, subcommand] = fullName.split('|') as [string, string?]
  return infoOfCall(commandInfo(name), [subcommand])
}

function hasKeys(fullName: string, { args }: Sample): boolean {
  const { findKeys, route } = infoOf(fullName)
  const isKeyed = route.to === 'keys' || route.to === 'split'
  return isKeyed && findKeys([...fullName.split('|').slice(1), ...args]).length > 0
}

describe.each<ComparedServer>(await comparedServers())('on $name', ({ name: server, path }) => {
  let fleet: Fleet
  let single: Fleet
  let ours: Disredis
  let ourShard: CommandHandle
  let theirs: Redis
  let onServer: Set<string>

  beforeAll(async () => {
    const options = { replicas: 0, sentinels: 1, downAfter: 30_000, server: path }
    fleet = await startFleet({ masters: 3, ...options })
    single = await startFleet({ masters: 1, ...options })
    ours = await Disredis.connect({ sentinels: fleet.sentinels })
    ourShard = ours.shard(ours.explain('{t}').shard)
    theirs = new Redis({ ...single.master('shard-1').address, connectionName: 'disredis' })
    // A log that always has something, whatever the load of the machine.
    for (const client of [ours, theirs]) await client.config('SET', 'slowlog-log-slower-than', '0')
    const list = (await theirs.command('LIST')) as string[]
    onServer = new Set(list.map((name) => name.toLowerCase()))
  })

  afterAll(async () => {
    theirs?.disconnect()
    await ours?.close()
    await fleet?.close()
    await single?.close()
  })

  let isSeeded = false

  async function reseed(): Promise<void> {
    if (isSeeded) return
    isSeeded = true
    await Promise.all(
      [ours, theirs].flatMap((client) => [
        client.flushall(),
        client.function('FLUSH'),
        client.script('FLUSH'),
        ...seed.map(([name, ...args]) => client.call(name, ...args)),
      ]),
    )
  }

  describe('each command gives the reply that plain ioredis gives on one master', () => {
    const isOlder = server.startsWith('redis 7.')
    const known = Object.entries(samples).filter(
      ([fullName]) => !isOlder || serverCommands[fullName]?.[2] === undefined,
    )

    test.each(known)('%s', async (fullName, calls) => {
      const [name] = fullName.split('|') as [string]
      if (!onServer.has(fullName)) return
      const { effect, route } = infoOf(fullName)
      const mine = route.to === 'shard' || route.to === 'cursor' ? ourShard : ours
      for (const sample of calls) {
        for (const [variant, issue] of Object.entries(variants(fullName, sample))) {
          if (variant !== 'call' && variant !== 'call in buffers' && !(name in theirs)) continue
          // Elsewhere nothing says which shard a transaction is for.
          if (variant === 'transaction' && !hasKeys(fullName, sample)) continue
          await reseed()
          const expected = await outcome(issue(theirs), sample)
          const got = await outcome(issue(mine), sample)
          isSeeded = effect === 'read'
          expect({ variant, args: sample.args, ...(got as object) }).toEqual({
            variant,
            args: sample.args,
            ...(expected as object),
          })
        }
      }
    })
  })

  test('with a key prefix the replies and the keys are those of plain ioredis', async () => {
    const keyPrefix = 'prefix:'
    const theirs = new Redis({ ...single.master('shard-1').address, keyPrefix })
    const mine = await Disredis.connect({ sentinels: fleet.sentinels, keyPrefix })
    try {
      for (const [fullName, calls] of Object.entries(samples)) {
        if (!onServer.has(fullName)) continue
        const { effect } = infoOf(fullName)
        for (const sample of calls) {
          if (!hasKeys(fullName, sample)) continue
          const { string, buffer } = variants(fullName, sample)
          for (const issue of fullName in theirs ? [string!, buffer!] : [string!]) {
            await Promise.all(
              [mine, theirs].flatMap((client) => [
                client.flushall(),
                ...seed.map(([name, ...args]) => client.call(name, ...args)),
              ]),
            )
            const got = await outcome(issue(mine), sample)
            expect([fullName, sample.args, got]).toEqual([
              fullName,
              sample.args,
              await outcome(issue(theirs), sample),
            ])
            if (effect === 'read') continue
            const keys = (await mine.keys('*')).sort()
            expect([fullName, keys]).toEqual([fullName, (await theirs.keys('*')).sort()])
          }
        }
      }
    } finally {
      theirs.disconnect()
      await mine.close()
    }
  })

  describe('a command that concerns a connection', () => {
    const names = Object.keys(serverCommands).filter((name) => {
      const { route, subcommands } = infoOf(name)
      return subcommands === undefined && ['none', 'client'].includes(route.to)
    })

    test.each(names)('is refused as a raw command, on a shard as well: %s', async (name) => {
      for (const client of [ours, ourShard]) {
        const call = client.call(...(name.split('|') as [string, ...string[]]), '{t}', '1')
        await expect(call).rejects.toBeInstanceOf(NotRoutableError)
      }
    })
  })

  test('every command of the server has samples, or is refused', () => {
    const withContainer = (name: string) => samples[name.split('|')[0]!] !== undefined
    const missing = [...onServer].filter((name) => {
      if (samples[name] !== undefined || serverCommands[name] === undefined) return false
      // Those of Redis Cluster, without which a server refuses all of them alike.
      if (name.startsWith('cluster|') && withContainer(name)) return false
      return !['none', 'client'].includes(infoOf(name).route.to)
    })
    expect(missing).toEqual([])
  })
})
