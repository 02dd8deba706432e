import { type Fleet, startFleet } from '@disredis/fleet'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
// @ts-expect-error: the generator's own module, without types
import { rowsOfServer } from '../scripts/server-commands/rows-of-server.mjs'
import { commandInfo, infoOfCall } from '../src/catalog/command-info.js'
import { anyReply, everywhere, inOrder, type Join, sum } from '../src/catalog/join.js'
import { serverCommands } from '../src/catalog/server-commands.js'
import { type ComparedServer, comparedServers } from '../test-support/compared-servers.js'

type CommandRow = readonly [
  name: string,
  arity: number,
  flags: string[],
  first: number,
  last: number,
  step: number,
  categories: string[],
  tips: string[],
  keySpecs: unknown[],
  subcommands: CommandRow[],
]

function flat(nested: CommandRow[]): CommandRow[] {
  return nested.flatMap((row) => [row, ...flat(row[9])])
}

function known(fullName: string) {
  const [name, subcommand] = fullName.split('|') as [string, string?]
  return infoOfCall(commandInfo(name), [subcommand])
}

/** Arguments that are all different, as many as the command takes, and 2 where it counts keys. */
function sampleCall([fullName, arity]: CommandRow): string[] {
  const name = fullName.split('|')
  const length = arity > 0 ? arity : Math.max(-arity, 8)
  const args = Array.from({ length: length - name.length }, (_, i) => `{t}:${i}`)
  const keys = serverCommands[fullName]![1]
  const counted = /(\d)#/.exec(keys)?.[1]
  if (counted !== undefined) args[Number(counted) - 1] = '2'
  if (keys.startsWith('STREAMS')) args[4] = 'STREAMS'
  return [...name, ...args]
}

/** Calls whose keys depend on options. */
const specialCalls = [
  'SORT k',
  'SORT k BY w_* GET # GET o_*->f LIMIT 0 5 ALPHA STORE to',
  'SORT k STORE a STORE b',
  'SORT k BY STORE GET STORE',
  'SORT_RO k BY w_* GET #',
  'GEORADIUS k 1 2 3 km STORE to',
  'GEORADIUS k 1 2 3 km WITHCOORD STOREDIST to',
  'GEORADIUS k 1 2 3 km STORE',
  'GEORADIUSBYMEMBER k m 3 km COUNT 5 STORE to',
  'EVAL script 0',
  'EVAL script 3 a b c d',
  'EVALSHA sha 1 a b',
  'EVAL_RO script 1 a b',
  'FCALL f 2 a b c',
  'FCALL_RO f 0 c',
  'ZUNIONSTORE to 2 a b WEIGHTS 1 2',
  'ZINTER 1 a WITHSCORES',
  'ZMPOP 2 a b MIN COUNT 5',
  'BZMPOP 0 2 a b MIN',
  'BLMPOP 0 1 a LEFT',
  'LMPOP 1 a LEFT',
  'SINTERCARD 2 a b LIMIT 5',
  'XREAD COUNT 5 STREAMS a b 0 0',
  'XREAD BLOCK 5 STREAMS a 0',
  'XREADGROUP GROUP g c COUNT 1 STREAMS a b > >',
  'XREADGROUP GROUP streams streams STREAMS a >',
  'MIGRATE h 1 k 0 9',
  'MIGRATE h 1 k 0 9 COPY REPLACE',
  'MSET a 1 b 2',
  'BITOP AND to a b',
  'MEMORY USAGE k SAMPLES 5',
  'OBJECT FREQ k',
  'XINFO STREAM k FULL',
  'XGROUP CREATE k g 0 MKSTREAM',
  'LCS a b LEN',
  'BLPOP a b 0',
  'PFMERGE to a b',
  'COPY a b DB 1 REPLACE',
  'SET k v EX 10',
]

/** What Redis's command tips mean for the reply. */
const joinsOfPolicies: Readonly<Record<string, readonly Join[]>> = {
  agg_sum: [sum],
  agg_logical_and: [everywhere],
  // The servers' replies are equal, or a count that 7.0 says is none (LATENCY RESET).
  all_succeeded: [anyReply, sum],
  one_succeeded: [anyReply],
}

/** Tips of 7.0 that later versions took back, and commands that change the connection. */
const tipsNotTaken = new Set(['msetex', 'msetnx', 'wait', 'waitaof'])

describe.each<ComparedServer>(await comparedServers())('on $name', ({ path }) => {
  let fleet: Fleet
  let redis: Redis
  let rows: CommandRow[]

  beforeAll(async () => {
    fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1, server: path })
    redis = new Redis({ ...fleet.master('shard-1').address, protocol: 2 })
    rows = (await redis.call('COMMAND')) as CommandRow[]
    // Modules may name their commands in capitals.
    rows = flat(rows).map(([name, ...row]) => [name.toLowerCase(), ...row])
  })

  afterAll(async () => {
    redis?.disconnect()
    await fleet?.close()
  })

  describe('the table of commands', () => {
    test('says of each command what the server says', async () => {
      const said = rowsOfServer(await redis.call('COMMAND')) as [string, [string, string]][]
      // A flag that a later version of Redis took back or added.
      const flagsDiffer = new Set(['wait'])
      for (const [name, [flags, keys]] of said) {
        const row = serverCommands[name]
        // A server that is newer than the table.
        if (row === undefined) continue
        expect([name, row[1]]).toEqual([name, keys])
        if (!flagsDiffer.has(name)) expect([name, row[0]]).toEqual([name, flags])
      }
    })

    test('has every command of COMMAND LIST', async () => {
      const info = await redis.info('server')
      const version = Number.parseFloat(/redis_version:(\S+)/.exec(info)![1]!)
      const list = ((await redis.call('COMMAND', 'LIST')) as string[]).map((name) =>
        name.toLowerCase(),
      )
      const missing = list.filter((name) => serverCommands[name] === undefined)
      // Valkey has commands of its own.
      if (version <= 8 && !info.includes('valkey_version')) expect(missing).toEqual([])
    })
  })

  async function expectKeysOfServer(call: readonly string[]): Promise<void> {
    const [name, ...args] = call as [string, ...string[]]
    const said = await (redis.call('COMMAND', 'GETKEYS', ...call) as Promise<string[]>).catch(
      (error: Error) => {
        if (/no key arguments/.test(error.message)) return []
        throw new Error(`${call.join(' ')}: ${error.message}`)
      },
    )
    const { findKeys } = infoOfCall(commandInfo(name), args)
    expect([call, findKeys(args).map((i) => args[i])]).toEqual([call, said])
  }

  describe('the keys that are found', () => {
    test('are those of COMMAND GETKEYS, for every command that is routed by keys', async () => {
      // Only with special arguments; among the calls below.
      const special = new Set(
        'migrate sort georadius georadiusbymember xread xreadgroup'.split(' '),
      )
      let count = 0
      for (const row of rows) {
        const [name] = row
        if (!(name in serverCommands) || special.has(name)) continue
        const { to } = known(name).route
        if (to !== 'keys' && to !== 'split') continue
        await expectKeysOfServer(sampleCall(row))
        count++
      }
      expect(count).toBeGreaterThan(150)
    })

    test.each(specialCalls)('are those of COMMAND GETKEYS: %s', async (line) => {
      const call = line.split(' ')
      if (rows.some(([name]) => name === call[0]!.toLowerCase())) await expectKeysOfServer(call)
    })

    test('are those of COMMAND GETKEYS: MIGRATE with several keys', async () => {
      await expectKeysOfServer([
        ...'MIGRATE h 1'.split(' '),
        '',
        ...'0 9 AUTH keys KEYS a b'.split(' '),
      ])
    })
  })

  test('commands are split and sent to all shards as the tips of the server say', () => {
    let count = 0
    for (const [name, , , , , , , tips] of rows) {
      const tip = (key: string) =>
        tips.find((it) => it.startsWith(`${key}:`))?.slice(key.length + 1)
      const request = tip('request_policy')
      const response = tip('response_policy')
      if (request === undefined || request === 'special' || tipsNotTaken.has(name)) continue
      // Those of Redis Cluster, without which a server refuses all alike; Valkey's own.
      if (name.startsWith('cluster|') || serverCommands[name] === undefined) continue
      const { route } = known(name)
      if (request === 'multi_shard') expect([name, route.to]).toEqual([name, 'split'])
      else if (response === undefined && name === 'slowlog|get') continue
      else if (response !== 'special' || name === 'randomkey') {
        expect([name, route.to]).toEqual([name, 'all'])
      }
      if (route.to !== 'split' && route.to !== 'all') continue
      count++
      if (response !== undefined && response !== 'special') {
        expect(joinsOfPolicies[response], `${name}: ${response}`).toContain(route.join)
      }
      if (name === 'mget') expect(route.join).toBe(inOrder)
      if (response === 'one_succeeded') expect(route).toMatchObject({ oneSuffices: true })
    }
    expect(count).toBeGreaterThan(20)
  })
})
