import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../test-support/run.js'

let fleet: Fleet
let sentinels: string
const names = ['shard-1', 'shard-2', 'shard-3']

beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 3, downAfter: 60_000 })
  sentinels = fleet.sentinels.join(',')
})

afterAll(async () => {
  await fleet?.close()
})

/** As after clients of equal weights, and of none. */
beforeEach(async () => {
  for (const name of names) await fleet.master(name).command('FUNCTION', 'FLUSH')
})

const addressOf = (name: string) => `127.0.0.1:${fleet.master(name).address.port}`
const placement = (...argv: string[]) => run(['placement', ...argv, '-s', sentinels])

async function useWith(options: { ring?: Record<string, number>; ringName?: string } = {}) {
  const client = await Disredis.connect({ sentinels, connectionName: 'application', ...options })
  const { fingerprint } = client.health().placement
  await client.close()
  return fingerprint
}

/** The libraries of functions that the master of a shard has. */
async function librariesOf(name: string): Promise<string> {
  return JSON.stringify(await fleet.master(name).command('FUNCTION', 'LIST'))
}

describe('placement show', () => {
  test('says that there is no record before a client has started', async () => {
    const { code, out } = await placement('show')
    expect([code, out]).toEqual([1, 'No master has a placement record.'])
  })

  test('prints what every master says, ring by ring', async () => {
    const fingerprint = await useWith()
    await useWith({ ringName: 'heavy', ring: { 'shard-1': 1, 'shard-2': 1, 'shard-3': 2 } })
    const { code, out } = await placement('show')
    expect(code).toBe(0)
    expect(out.split('\n').filter((line) => line.startsWith('Ring'))).toEqual([
      'Ring default',
      'Ring heavy',
    ])
    const [row] = out.split('\n').filter((line) => line.startsWith('shard-2'))
    expect(row?.split(/ +/)).toEqual([
      ...['shard-2', addressOf('shard-2'), 'shard-2'],
      ...['shard-1=1,shard-2=1,shard-3=1', '1', fingerprint],
    ])
    expect(out).toContain('shard-1=1,shard-2=1,shard-3=2')
  })

  test('--json has the same, of one ring if it is named, and who has no record', async () => {
    const fingerprint = await useWith()
    await fleet.master('shard-3').command('FUNCTION', 'FLUSH')
    const { json } = await placement('show', '--json', '--ring-name', 'default')
    expect(json.rings).toHaveLength(1)
    expect(json.rings[0]).toMatchObject({
      ring: 'default',
      masters: [
        { shard: 'shard-1', master: addressOf('shard-1'), reading: { record: { fingerprint } } },
        { shard: 'shard-2', reading: { found: 'record', record: { shard: 'shard-2' } } },
        { shard: 'shard-3', reading: { found: 'nothing' } },
      ],
    })
  })
})

describe('placement check', () => {
  test('a client like those that wrote the records would serve', async () => {
    await useWith({ ring: { 'shard-1': 1, 'shard-2': 1, 'shard-3': 2 } })
    const { code, out } = await placement('check', '--weights', 'shard-1=1,shard-2=1,shard-3=2')
    expect(code).toBe(0)
    expect(out).toMatch(/^shard-3 +\S+ +same$/m)
  })

  test('one with other weights, or other masters, would not', async () => {
    await useWith()
    const weighed = await placement('check', '--weights', 'shard-1=1,shard-2=1,shard-3=2')
    expect(weighed.code).toBe(1)
    expect(weighed.out).toMatch(/^shard-1 +\S+ +says 'shard-1', 'shard-2', 'shard-3'$/m)
    const fewer = await placement('check', '--masters', 'shard-1,shard-2', '--json')
    expect(fewer.code).toBe(1)
    expect(fewer.json.masters[1]).toMatchObject({ shard: 'shard-2', verdict: { state: 'differs' } })
  })

  test('writes nothing where there is no record, and says so', async () => {
    const { code, out } = await placement('check')
    expect(code).toBe(1)
    expect(out).toMatch(/^shard-1 +\S+ +has no record$/m)
    expect(await librariesOf('shard-1')).toBe('[]')
  })

  test('weights of other names are wrong usage', async () => {
    const { code, err } = await placement('check', '--weights', 'shard-1=1,shard-2=1')
    expect(code).toBe(2)
    expect(err).toContain('--weights has no weight for shard-3')
  })
})

describe('placement reset', () => {
  test('removes the records of one ring alone, and the next client writes its own', async () => {
    await useWith()
    await useWith({ ringName: 'other' })
    const { code, json } = await placement('reset', '--yes', '--json')
    expect(code).toBe(0)
    expect(json).toEqual({ ring: 'default', removed: names.map(addressOf) })
    for (const name of names) {
      expect(await librariesOf(name)).not.toContain('disredis_placement_default')
      expect(await librariesOf(name)).toContain('disredis_placement_other')
    }
    const ring = { 'shard-1': 5, 'shard-2': 1, 'shard-3': 1 }
    await useWith({ ring })
    expect((await placement('check', '--weights', 'shard-1=5,shard-2=1,shard-3=1')).code).toBe(0)
  })

  test('asks first, and does nothing unless it is told yes', async () => {
    await useWith()
    const { code, err } = await run(['placement', 'reset', '-s', sentinels], { answers: ['no'] })
    expect(code).toBe(1)
    expect(err).toContain(addressOf('shard-2'))
    expect(err).toContain('Nothing was done')
    expect(await librariesOf('shard-1')).toContain('disredis_placement_default')
  })

  test('where there is no record there is nothing to ask', async () => {
    const { code, out } = await placement('reset')
    expect([code, out]).toEqual([0, 'No master has a record of ring default.'])
  })

  test('while one master does not answer, the others keep theirs', async () => {
    await useWith()
    const hung = fleet.master('shard-2')
    await hung.pause()
    try {
      const { code, err } = await run(
        ['placement', 'reset', '--yes', '--timeout', '300', '-s', sentinels],
        {},
      )
      expect(code).toBe(1)
      expect(err).toContain('The master of shard-2 does not answer')
    } finally {
      hung.resume()
    }
    expect(await librariesOf('shard-1')).toContain('disredis_placement_default')
  })
})

describe('commands that go where keys are', () => {
  test('write no record: that is for the applications', async () => {
    expect((await run(['exec', '-s', sentinels, 'SET', 'k', 'v'])).code).toBe(0)
    for (const name of names) expect(await librariesOf(name)).toBe('[]')
  })

  test('refuse when the applications look elsewhere, and say with what', async () => {
    await useWith({ ring: { 'shard-1': 9, 'shard-2': 1, 'shard-3': 1 } })
    const { code, out, err } = await run(['exec', '-s', sentinels, 'GET', 'k'])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain("'shard-1' (weight 9)")
    expect(err).toContain('--weights')
    const weights = 'shard-1=9,shard-2=1,shard-3=1'
    expect((await run(['exec', '-s', sentinels, '--weights', weights, 'GET', 'k'])).code).toBe(0)
    expect((await run(['exec', '-s', sentinels, '--ring-name', 'mine', 'GET', 'k'])).code).toBe(0)
  })
})
