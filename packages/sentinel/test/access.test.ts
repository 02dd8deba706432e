import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createTlsFiles, type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SentinelWatcher, type SentinelWatcherOptions, type Topology } from '../src/index.js'
import { eventChannels } from '../src/protocol/event-channels.js'
import { eventually, record } from './support/recorder.js'

/** The error that `start()` rejects with. The watcher is closed when it is here. */
async function startError(options: SentinelWatcherOptions) {
  await using watcher = new SentinelWatcher(options)
  const error = await watcher.start().catch((reason: Error & { errors: Error[] }) => reason)
  if (!(error instanceof Error)) return expect.fail('it started')
  return error
}

const secret = 'correct-horse'
const wrong = 'wrong-battery-staple'

/** Just what the README asks for. */
const leastPrivilege = [
  `user >${secret} resetchannels`,
  eventChannels.map((channel) => `&${channel}`).join(' '),
  '-@all +auth +hello +ping +role +client|setname +client|id +subscribe +unsubscribe',
  '+sentinel|masters +sentinel|master +sentinel|get-master-addr-by-name +sentinel|replicas',
  '+sentinel|sentinels +sentinel|ckquorum +sentinel|myid',
].join(' ')

describe('Sentinels with users and passwords', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet({
      downAfter: 1000,
      sentinelPassword: secret,
      sentinelUsers: [
        leastPrivilege.replace('user', 'disredis on'),
        `nobody on >${secret} -@all +hello +auth`,
        leastPrivilege.replace('user', 'deaf on').replace('&+switch-master ', ''),
      ],
    })
  })
  afterAll(() => fleet.close())

  test('are watched with the right password', async () => {
    await using watcher = new SentinelWatcher({ sentinels: fleet.sentinels, password: secret })
    const { shards } = await watcher.start()
    expect(shards.get('shard-1')!.master).toEqual(fleet.master().address)
  })

  test.each([
    ['a wrong password', { password: wrong }, 'refused the user name or the password'],
    ['an unknown user', { username: 'who', password: wrong }, 'refused the user name'],
    ['no password', {}, 'asks for a password, but none was given'],
    [
      'a user that may not subscribe',
      { username: 'nobody', password: secret },
      'lacks a permission on the Sentinel: NOPERM',
    ],
    [
      'a user that may not hear every event',
      { username: 'deaf', password: secret },
      'lacks a permission on the Sentinel: NOPERM',
    ],
  ])(
    '%s is a typed error at once, for each Sentinel, without the password',
    async (_, options, text) => {
      const began = performance.now()
      const error = await startError({
        sentinels: fleet.sentinels,
        startTimeout: 60_000,
        ...options,
      })
      expect(performance.now() - began).toBeLessThan(30_000)
      expect(error).toMatchObject({ code: 'DISREDIS_SENTINELS_UNREACHABLE', retryable: false })
      expect(error.errors).toHaveLength(3)
      for (const cause of error.errors) {
        expect(cause).toMatchObject({ code: 'DISREDIS_SENTINEL_AUTH' })
        expect(cause.message).toContain(text)
      }
      const everything = inspect(error, { depth: 20, showHidden: true })
      expect(everything).not.toContain(wrong)
      expect(everything).not.toContain(secret)
    },
  )

  test('least privilege is enough, through a whole failover', async () => {
    await using watcher = new SentinelWatcher({
      sentinels: fleet.sentinels,
      username: 'disredis',
      password: secret,
      // A refusal is what this is about, not how fast a loaded machine answers.
      timeout: 10_000,
    })
    await watcher.start()
    const { events } = record(watcher)
    const old = fleet.master()
    await old.kill()
    await fleet.waitForMaster(undefined, { not: old })
    await eventually(() => expect(events.map(({ name }) => name)).toContain('masterSwitched'))
    await eventually(() =>
      expect(watcher.topology!.sentinels.every(({ isConnected }) => isConnected)).toBe(true),
    )
    const names = events.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['failoverStarted', 'replicaPromoted']))
    expect(names).not.toContain('sentinelError')
  })

  test('a password that was revoked shows in the next connection, and the topology stays', async () => {
    const users = [1, 2, 3].map((number) => fleet.sentinel(number))
    for (const sentinel of users) {
      await sentinel.command('ACL', 'SETUSER', 'temp', 'on', `>${secret}`, '&*', '+@all')
    }
    await using watcher = new SentinelWatcher({
      sentinels: fleet.sentinels,
      username: 'temp',
      password: secret,
    })
    const before = await watcher.start()
    const { events } = record(watcher)
    // Redis ends the connections of a deleted user.
    for (const sentinel of users) await sentinel.command('ACL', 'DELUSER', 'temp')
    await eventually(() => {
      const codes = events.map(({ event }) => (event as { error?: { code: string } }).error?.code)
      expect(codes.filter((code) => code === 'DISREDIS_SENTINEL_AUTH')).toHaveLength(3)
    })
    const masterOf = ({ shards }: Topology) => shards.get('shard-1')!.master
    expect(masterOf(watcher.topology!)).toEqual(masterOf(before))
    expect(inspect(events, { depth: 20, showHidden: true })).not.toContain(secret)
  })
})

describe('a node that is not a Sentinel', () => {
  test('is named with its role, at once', async () => {
    await using fleet = await startFleet({ downAfter: 5000 })
    const nodes = [fleet.master(), fleet.replicas()[0]!]
    const [first, second] = nodes.map(({ address }) => `${address.host}:${address.port}`)
    const error = await startError({ sentinels: nodes.map(({ address }) => address) })
    expect(error.errors.map(({ message }) => message)).toEqual([
      `${first}: is a Redis data node (role master), not a Sentinel; Sentinels usually listen on 26379`,
      `${second}: is a Redis data node (role slave), not a Sentinel; Sentinels usually listen on 26379`,
    ])
  })

  test('is reported and does no harm beside one that is', async () => {
    await using fleet = await startFleet({ downAfter: 5000 })
    const sentinels = [fleet.master().address, ...fleet.sentinels]
    await using watcher = new SentinelWatcher({ sentinels, timeout: 10_000 })
    const { events } = record(watcher)
    const { shards } = await watcher.start()
    expect(shards.get('shard-1')!.master).toEqual(fleet.master().address)
    expect(events).toMatchObject([
      { name: 'sentinelError', event: { error: { code: 'DISREDIS_NOT_A_SENTINEL' } } },
    ])
  })
})

describe('TLS', () => {
  let fleet: Fleet
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'disredis-tls-'))
    fleet = await startFleet({ tls: { clientAuth: true }, downAfter: 5000 })
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await fleet.close()
  })

  test('with the right CA and a certificate the masters are found', async () => {
    const { ca, cert, key } = fleet.tls!
    await using watcher = new SentinelWatcher({
      sentinels: fleet.sentinels,
      tls: { ca, cert, key },
    })
    const { shards } = await watcher.start()
    expect(shards.get('shard-1')!.master).toEqual(fleet.master().address)
    await eventually(() =>
      expect(watcher.topology!.sentinels.every(({ isConnected }) => isConnected)).toBe(true),
    )
  })

  test.each([
    ['another CA', () => ({ ca: createTlsFiles(join(folder, 'other')).ca })],
    ["the system's CAs", () => true as const],
    [
      'another name than the certificate has',
      () => ({ ca: fleet.tls!.ca, servername: 'other.example' }),
    ],
    ['a key that is none', () => ({ ca: fleet.tls!.ca, cert: 'x', key: 'y' })],
  ])('with %s it fails closed, typed and at once', async (_, tls) => {
    const error = await startError({
      sentinels: fleet.sentinels,
      tls: tls(),
      startTimeout: 60_000,
    })
    expect(error).toMatchObject({ code: 'DISREDIS_SENTINELS_UNREACHABLE', retryable: false })
    expect(error.errors).toHaveLength(3)
    for (const cause of error.errors) {
      expect(cause).toMatchObject({ code: 'DISREDIS_SENTINEL_TLS' })
    }
  })

  test('without the certificate that a Sentinel wants it fails closed, with the reason', async () => {
    const error = await startError({
      sentinels: fleet.sentinels,
      tls: { ca: fleet.tls!.ca },
      startTimeout: 1000,
    })
    expect(error).toMatchObject({ code: 'DISREDIS_SENTINELS_UNREACHABLE' })
    // In TLS 1.3 a server refuses after the client's handshake: its reason and its reset race.
    for (const { message } of error.errors) {
      expect(message).toMatch(/alert certificate required|does it want a client certificate\?/)
    }
  })

  test('that the Sentinels expect and the client does not speak is hinted at', async () => {
    const error = await startError({ sentinels: fleet.sentinels, startTimeout: 500 })
    for (const { message } of error.errors) expect(message).toContain('does it expect TLS?')
  })

  test('that the client speaks and the Sentinels do not is hinted at', async () => {
    await using plain = await startFleet({ replicas: 0, downAfter: 5000 })
    const error = await startError({
      sentinels: plain.sentinels,
      tls: true,
      connectTimeout: 200,
      startTimeout: 1000,
    })
    // Redis waits for the rest of what it takes for a command.
    for (const { message } of error.errors) expect(message).toContain('does it speak TLS?')
  })
})
