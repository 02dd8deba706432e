import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Fleet, startFleet } from '@disredis/fleet'
import { createRing } from '@disredis/hash-ring'
import { beforeAll, describe, expect, test } from 'vitest'
import { run } from '../test-support/run.js'

let fleet: Fleet
let sentinels: string
let folder: string
const names = ['shard-1', 'shard-2', 'shard-3']
const env = { DISREDIS_USERNAME: 'app', DISREDIS_PASSWORD: 'secret of app' }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disredis-cli-'))
  fleet = await startFleet({
    masters: 3,
    replicas: 1,
    sentinels: 3,
    downAfter: 5000,
    username: 'app',
    password: 'secret of app',
  })
  sentinels = fleet.sentinels.join(',')
  return async () => {
    await fleet.close()
    await rm(folder, { recursive: true })
  }
})

describe('topology', () => {
  test('shows every shard with its nodes, and the Sentinels', async () => {
    const { code, out } = await run(['topology', '-s', sentinels], { env })
    expect(code).toBe(0)
    for (const name of names) expect(out).toMatch(new RegExp(`^${name}  epoch 0, quorum 2`, 'm'))
    for (const node of fleet.nodes()) expect(out).toContain(`${node.address.port}`)
    expect(out).not.toContain('secret')
  })

  test('--json has the same as one object', async () => {
    const { json } = await run(['topology', '-s', sentinels, '--json'], { env })
    expect(json.shards.map(({ name }: { name: string }) => name)).toEqual(names)
    expect(json.shards[0].nodes).toMatchObject([
      { role: 'master', address: `127.0.0.1:${fleet.master('shard-1').address.port}` },
      { role: 'replica', link: 'connected' },
    ])
    expect(json.sentinels).toHaveLength(3)
    expect(json.differences).toEqual([])
  })

  test('one Sentinel is enough to find the others', async () => {
    const { json } = await run(['topology', '-s', fleet.sentinels[1]!, '--json'], { env })
    expect(json.sentinels.map(({ address }: { address: string }) => address).sort()).toEqual(
      [...fleet.sentinels].sort(),
    )
  })

  test('a wrong password is told per node, and is an exit code', async () => {
    const { code, out, err } = await run(['topology', '-s', sentinels], {
      env: { DISREDIS_USERNAME: 'app', DISREDIS_PASSWORD: 'wrong one' },
    })
    expect(code).toBe(1)
    expect(out).toContain('refuses the credentials (WRONGPASS)')
    expect(out + err).not.toContain('wrong one')
  })

  test('what Sentinels say differently is shown, with who says it', async () => {
    await fleet.sentinel(2).command('SENTINEL', 'SET', 'shard-2', 'quorum', '3')
    try {
      const { code, out } = await run(['topology', '-s', sentinels], { env })
      expect(code).toBe(1)
      expect(out).toContain('Sentinels differ about shard-2: quorum')
      expect(out).toMatch(new RegExp(`${fleet.sentinels[1]} +3`))
    } finally {
      await fleet.sentinel(2).command('SENTINEL', 'SET', 'shard-2', 'quorum', '2')
    }
  })

  test('--watch tells a change as it happens, and ends with the signal', async () => {
    const stop = new AbortController()
    const lines: string[] = []
    const watching = run(['topology', '-s', sentinels, '--watch', '--json'], {
      env,
      signal: stop.signal,
      onLine: (line) => {
        lines.push(line)
        if (line.includes('"event":"masterAdded"')) stop.abort()
        // The first line is the state: from then on it watches.
        if (lines.length === 1) void changeUntil(() => stop.signal.aborted)
      },
    })
    const { code } = await watching
    expect(code).toBe(0)
    const told = lines.map((line) => JSON.parse(line))
    expect(told).toContainEqual(expect.objectContaining({ event: 'masterAdded', shard: 'another' }))
    await forget()
  })

  /** Nobody says when the watcher is subscribed: the change is made until it is told. */
  async function changeUntil(isTold: () => boolean): Promise<void> {
    const { host, port } = fleet.master('shard-1').address
    while (!isTold()) {
      for (const number of [1, 2, 3]) {
        await fleet.sentinel(number).command('SENTINEL', 'MONITOR', 'another', host, `${port}`, '2')
      }
      await forget()
    }
  }

  async function forget(): Promise<void> {
    for (const number of [1, 2, 3]) {
      // Gone already, or not: either is well.
      await fleet
        .sentinel(number)
        .command('SENTINEL', 'REMOVE', 'another')
        .catch(() => {})
    }
  }
})

describe('where', () => {
  test('says the shard that the ring says, and its master', async () => {
    const { code, json } = await run(['where', '-s', sentinels, '--json', 'user:1', '{a}:b'])
    expect(code).toBe(0)
    const ring = createRing(names)
    expect(json.keys[0]).toMatchObject({
      key: 'user:1',
      slot: ring.slotOf('user:1'),
      shard: ring.locate('user:1'),
      master: `127.0.0.1:${fleet.master(ring.locate('user:1')).address.port}`,
    })
    expect(json.keys[1]).toMatchObject({ hashTag: 'a', shard: ring.locate('a') })
  })

  test('weights and prefix are those of the clients', async () => {
    const weights = 'shard-1=1,shard-2=1,shard-3=5'
    const flags = ['-s', sentinels, '--weights', weights, '--key-prefix', 'app:', '--json']
    const { json } = await run(['where', ...flags, 'k'])
    const ring = createRing({ 'shard-1': 1, 'shard-2': 1, 'shard-3': 5 })
    expect(json.keys[0]).toMatchObject({ key: 'app:k', shard: ring.locate('app:k') })
  })
})

describe('exec and keys', () => {
  test('a command goes where its key lives, and keys of all shards are found', async () => {
    const written: string[] = []
    for (let i = 0; i < 12; i++) {
      const { code, out } = await run(['exec', '-s', sentinels, 'SET', `cli:${i}`, `${i}`], { env })
      expect([code, out]).toEqual([0, '"OK"'])
      written.push(`cli:${i}`)
    }
    expect((await run(['exec', '-s', sentinels, 'GET', 'cli:3'], { env })).out).toBe('"3"')
    const { code, json } = await run(['keys', '-s', sentinels, '--json', 'cli:*'], { env })
    expect(code).toBe(0)
    expect(json.keys.sort()).toEqual(written.sort())
    const limited = await run(['keys', '-s', sentinels, '--limit', '3', 'cli:*'], { env })
    expect(limited.out.split('\n')).toHaveLength(3)
    expect((await run(['keys', '-s', sentinels, 'nothing:*'], { env })).code).toBe(1)
  })

  test('--shard asks one master', async () => {
    const asked = ['exec', '-s', sentinels, '--shard', 'shard-2', 'INFO', 'replication']
    const { out } = await run(asked, { env })
    expect(out).toContain('role:master')
  })

  test('arguments of the command are its own, even if they look like options', async () => {
    const { json } = await run(['exec', '-s', sentinels, '--json', 'ECHO', '--json'], { env })
    expect(json).toEqual({ reply: '--json' })
  })

  test("the server's refusal is the result, with exit code 1", async () => {
    await run(['exec', '-s', sentinels, 'SET', 'cli:text', 'text'], { env })
    const { code, err } = await run(['exec', '-s', sentinels, 'INCR', 'cli:text'], { env })
    expect([code, err]).toEqual([1, '(error) ERR value is not an integer or out of range'])
  })
})

describe('passwords', () => {
  test('come from a file, from a variable, from a question', async () => {
    const file = join(folder, 'password')
    await writeFile(file, 'secret of app\n')
    const ping = ['exec', '-s', sentinels, '--username', 'app']
    const command = ['--shard', 'shard-1', 'PING']
    const fromFile = await run([...ping, '--password-file', file, ...command])
    expect(fromFile.out).toBe('"PONG"')
    const byVariable = { DISREDIS_PASSWORD_FILE: file }
    expect((await run([...ping, ...command], { env: byVariable })).out).toBe('"PONG"')
    const asked = await run([...ping, '--ask-password', ...command], { answers: ['secret of app'] })
    expect(asked.out).toBe('"PONG"')
  })

  test('in a URL they are taken from a variable, and refused on the command line', async () => {
    const url = `redis-sentinel://app:secret%20of%20app@${sentinels}`
    const byVariable = await run(['exec', '--shard', 'shard-1', 'PING'], {
      env: { DISREDIS_URL: url },
    })
    expect(byVariable.out).toBe('"PONG"')
    const given = await run(['exec', '-s', url, 'GET', 'k'])
    expect(given.code).toBe(2)
    expect(given.err).toContain('DISREDIS_URL')
    expect(given.err).not.toContain('secret')
  })

  test('a wrong one ends with exit code 3 and no stack', async () => {
    const { code, err } = await run(['exec', '-s', sentinels, 'GET', 'k'], {
      env: { ...env, DISREDIS_PASSWORD: 'wrong one' },
    })
    expect(code).toBe(3)
    expect(err).toMatch(/^disredis: .*(credentials|password|WRONGPASS)/i)
    expect(err).not.toMatch(/wrong one|\n\s+at /)
  })
})

describe('exit codes', () => {
  test('2 for what the command line says wrong', async () => {
    const wrong = [
      ['topology'],
      ['topology', '-s', 'h:99999'],
      ['topology', '-s', sentinels, '--timeout', 'soon'],
      ['topology', '-s', sentinels, '--password-file', join(folder, 'nothing')],
      ['where', '-s', sentinels],
      ['where', '-s', sentinels, '--weights', 'shard-1', 'k'],
      ['keys', '-s', sentinels, '--limit', 'none', '*'],
      ['no-such-command'],
      ['topology', '--no-such-option'],
    ]
    for (const argv of wrong) {
      const { code, err, out } = await run(argv)
      expect([argv, code, out]).toEqual([argv, 2, ''])
      expect(err).not.toMatch(/\n\s+at /)
    }
  })

  test('3 when nothing can be reached', async () => {
    // A port that was free a moment ago, on an address of the loopback network that nobody uses.
    const { code, out, err } = await run(['topology', '-s', '127.0.0.99:1'])
    expect(code).toBe(3)
    expect(out).toContain('refuses connections (ECONNREFUSED)')
    expect(err).toBe('disredis: No Sentinel answered')
  })

  test('0 for help, with examples', async () => {
    const { code, out } = await run(['where', '--help'])
    expect(code).toBe(0)
    expect(out).toMatch(/Usage: disredis where[\s\S]*Examples:/)
    expect((await run(['help', 'connection'])).out).toContain('DISREDIS_SENTINEL_PASSWORD_FILE')
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/)
  })
})
