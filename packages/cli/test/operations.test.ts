import { execFileSync } from 'node:child_process'
import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterEach, describe, expect, test } from 'vitest'
import { access, startHealthyFleet } from '../test-support/healthy-fleet.js'
import { releasedServer } from '../test-support/released-server.js'
import { run } from '../test-support/run.js'

const fleets: Fleet[] = []
afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.close()))
})

async function start(options: Parameters<typeof startHealthyFleet>[0] = {}): Promise<Fleet> {
  const fleet = await startHealthyFleet({ sentinelTimers: { 'info-period': 500 }, ...options })
  fleets.push(fleet)
  return fleet
}

const at = (fleet: Fleet) => ['-s', fleet.sentinels.join(',')]

describe('drill', () => {
  test('fails over under writes, loses none, and leaves no key', async () => {
    const fleet = await start()
    const before = fleet.master('shard-1')
    const { code, json, err } = await run(['drill', 'shard-1', ...at(fleet), '--json', '--yes'], {
      env: access,
    })
    expect(err).toBe('')
    expect(json).toMatchObject({
      shard: 'shard-1',
      from: `127.0.0.1:${before.address.port}`,
      lost: 0,
      executedTwice: 0,
      unknown: 0,
      errors: {},
    })
    expect(code).toBe(0)
    expect(json.to).not.toBe(json.from)
    expect(json.acknowledged).toBeGreaterThan(200)
    expect(json.longestGap).toBeGreaterThan(0)
    expect(fleet.master('shard-1')).not.toBe(before)
    const { code: found } = await run(['keys', '*', ...at(fleet)], { env: access })
    expect(found).toBe(1)
  })

  test('asks first, and does nothing unless the answer is yes', async () => {
    const fleet = await start({ masters: 1 })
    const { code, err } = await run(['drill', 'shard-1', ...at(fleet)], {
      env: access,
      answers: ['no'],
    })
    expect(code).toBe(1)
    expect(err).toMatch(/Fail over shard-1, whose master is 127\.0\.0\.1:\d+.*\nNothing was done\./)
    const epoch = await run(['topology', '--json', ...at(fleet)], { env: access })
    expect(epoch.json.shards[0].configEpoch).toBe(0)
  })

  test('refuses what the doctor says cannot work', async () => {
    const fleet = await start()
    await fleet.replicas('shard-2')[0]!.command('CONFIG', 'SET', 'replica-priority', '0')
    const refused = await run(['drill', 'shard-2', ...at(fleet), '--yes'], { env: access })
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('no-promotable-replica')
    expect(refused.err).toContain('shard-2 would not survive a failover')
    const unknown = await run(['drill', 'shard-9', ...at(fleet), '--yes'], { env: access })
    expect([unknown.code, unknown.err]).toEqual([
      2,
      'disredis: No Sentinel watches shard-9; there are: shard-1, shard-2',
    ])
  })

  test('--coordinated lets the old master hand over itself, on Valkey 9', async () => {
    const fleet = await start({ masters: 1, server: await releasedServer('valkey-9.1') })
    const before = fleet.master()
    const argv = ['drill', 'shard-1', ...at(fleet), '--json', '--yes', '--coordinated']
    const { code, json, err } = await run(argv, { env: access })
    expect(err).toBe('')
    expect(json).toMatchObject({ lost: 0, executedTwice: 0, errors: {} })
    // What the old master held back in its pause was sent, and nothing proves that it was not executed: of
    // each of the four writers one write at most.
    expect(json.unknown).toBeLessThanOrEqual(4)
    expect(code).toBe(0)
    expect(json.acknowledged).toBeGreaterThan(200)
    expect(fleet.master()).not.toBe(before)
    // It handed over itself: what it was sent since continued, without a copy of everything.
    const role = await before.command('ROLE')
    expect(role).toEqual(expect.arrayContaining(['slave', 'connected']))
    const stats = String(await fleet.master().command('INFO', 'stats'))
    expect(stats).toMatch(/sync_full:0\r\n[\s\S]*sync_partial_ok:[1-9]/)
  })

  test('says what is missing when the servers know no coordinated failover', async () => {
    const fleet = await start({ masters: 1, server: await releasedServer('redis-7.0') })
    const argv = ['drill', 'shard-1', ...at(fleet), '--yes', '--coordinated']
    const { code, err } = await run(argv, { env: access })
    expect(code).toBe(1)
    expect(err).toContain('--coordinated needs Valkey 9 or later')
    // What it had begun to write is gone.
    expect((await run(['keys', '*', ...at(fleet)], { env: access })).code).toBe(1)
  })
})

describe('bench', () => {
  test('reports both commands, and removes its keys', async () => {
    const fleet = await start()
    const argv = ['bench', ...at(fleet), '--seconds', '0.5', '--concurrency', '4', '--json']
    const { code, json } = await run(argv, { env: access })
    expect(code).toBe(0)
    expect(json.results).toMatchObject([
      { command: 'SET', errors: {} },
      { command: 'GET', errors: {} },
    ])
    for (const { operations, p50, p99 } of json.results) {
      expect(operations).toBeGreaterThan(10)
      expect(p99).toBeGreaterThanOrEqual(p50)
    }
    expect((await run(['keys', '*', ...at(fleet)], { env: access })).code).toBe(1)
  })

  test('leaves the keys of others alone', async () => {
    const fleet = await startFleet({ downAfter: 5000 })
    fleets.push(fleet)
    await using redis = await Disredis.connect(fleet.sentinels)
    await redis.set('disredis:bench:mine', 'mine')
    await run(['bench', ...at(fleet), '--seconds', '0.1'])
    expect(await redis.keys('*')).toEqual(['disredis:bench:mine'])
  })
})

describe('metrics', () => {
  test('are printed in the format of Prometheus', async () => {
    const fleet = await start()
    await fleet.sentinel(3).kill()
    const { code, out } = await run(['metrics', ...at(fleet)], { env: access })
    expect(code).toBe(0)
    for (const line of out.split('\n')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) disredis_\w+ .+|disredis_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.]+)$/,
      )
    }
    expect(out).toContain(`disredis_sentinel_up{sentinel="${fleet.sentinels[2]}"} 0`)
    expect(out).toContain('disredis_shard_master_up{shard="shard-1"} 1')
    expect(out).toContain(
      'disredis_doctor_findings{severity="warning",code="sentinel-unreachable"} 1',
    )
  })

  test('--listen serves them, and counts failovers', async () => {
    const fleet = await start({ masters: 1 })
    const stop = new AbortController()
    let serving: (url: string) => void
    const url = new Promise<string>((resolve) => {
      serving = resolve
    })
    const ended = run(['metrics', ...at(fleet), '--listen', '0'], {
      env: access,
      signal: stop.signal,
      onTell: (line) => serving(/http:\S+/.exec(line)?.[0].replace(';', '') ?? ''),
    })
    const scrape = async () => (await fetch(await url)).text()
    expect(await scrape()).toContain('disredis_failovers_total{shard="shard-1"} 0')
    await fleet.failover('shard-1')
    await expect
      .poll(scrape, { timeout: 30_000 })
      .toContain('disredis_failovers_total{shard="shard-1"} 1')
    expect((await fetch(new URL('/other', await url))).status).toBe(404)
    stop.abort()
    expect((await ended).code).toBe(0)
  })
})

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('%s gets every command', async (shell) => {
    const { code, out } = await run(['completion', shell])
    expect(code).toBe(0)
    for (const command of ['topology', 'doctor', 'drill', 'init', 'up']) {
      expect(out).toContain(command)
    }
    expect(out).not.toContain('connection')
  })

  test('bash completes commands and options', async () => {
    const { out } = await run(['completion', 'bash'])
    const complete = (...words: readonly string[]) =>
      execFileSync('bash', [
        '-c',
        `${out}\nCOMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _disredis; echo "\${COMPREPLY[@]}"`,
      ])
        .toString()
        .trim()
    expect(complete('disredis', 'to')).toBe('topology')
    expect(complete('disredis', 'doctor', '--sim')).toBe('--simulate')
  })

  test('another shell is wrong usage', async () => {
    expect((await run(['completion', 'tcsh'])).code).toBe(2)
  })
})
