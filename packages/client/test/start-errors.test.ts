import { createServer } from 'node:net'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Disredis, type DisredisOptions } from '../src/index.js'

const userPassword = 'data-password-7c1'
const sentinelPassword = 'sentinel-password-2b9'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({
    masters: 2,
    replicas: 0,
    sentinels: 3,
    downAfter: 30_000,
    password: userPassword,
    sentinelPassword,
  })
})

afterAll(async () => {
  await fleet?.close()
})

/** The error of a connect that must fail; it must fail in time, and without a secret. */
async function failure(options: Partial<DisredisOptions>): Promise<Error & { code?: string }> {
  const error = await Disredis.connect({
    sentinels: fleet.sentinels,
    password: userPassword,
    sentinelPassword,
    commandTimeout: 5000,
    ...options,
  }).then(
    async (client) => {
      await client.close()
      throw new Error('It connected.')
    },
    (e: Error) => e,
  )
  const shown = `${error.stack}${JSON.stringify(error)}${inspectCauses(error)}`
  expect(shown).not.toContain(userPassword)
  expect(shown).not.toContain(sentinelPassword)
  expect(shown).not.toContain('wrong-password')
  return error
}

function inspectCauses(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const inner = error instanceof AggregateError ? error.errors : []
  return [error.cause, ...inner]
    .map((it) => `${String(it)}${JSON.stringify(it)}${inspectCauses(it)}`)
    .join()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('connect() tells', () => {
  test('which Sentinels were tried and why each failed', async () => {
    const ports = [await freePort(), await freePort()]
    const error = await failure({
      sentinels: ports.map((port) => `127.0.0.1:${port}`),
      commandTimeout: 3000,
    })
    expect(error).toMatchObject({ code: 'DISREDIS_SENTINELS_UNREACHABLE', retryable: true })
    const causes = inspectCauses(error)
    for (const port of ports) expect(error.message + causes).toContain(`127.0.0.1:${port}`)
    expect(error.message + causes).toContain('ECONNREFUSED')
  })

  test('that a Sentinel address is a data node', async () => {
    const { host, port } = fleet.master('shard-1').address
    const error = await failure({ sentinels: `${host}:${port}`, sentinelPassword: userPassword })
    expect(error.message + inspectCauses(error)).toMatch(/not a Sentinel/i)
    expect(error.message + inspectCauses(error)).toContain(`${host}:${port}`)
  })

  test('that a master name is unknown, and the known ones', async () => {
    const error = await failure({ masters: ['shard-1', 'shard-9'] })
    expect(error).toMatchObject({ code: 'DISREDIS_UNKNOWN_MASTER' })
    expect(error.message).toContain('shard-9')
    expect(error.message).toContain('shard-2')
  })

  test('that the Sentinels refuse the password', async () => {
    const error = await failure({ sentinelPassword: 'wrong-password' })
    expect(error.message + inspectCauses(error)).toMatch(/password/i)
    expect(error).toMatchObject({ retryable: false })
  })

  test('that the masters refuse the password', async () => {
    const error = await failure({ password: 'wrong-password' })
    expect(error).toMatchObject({ code: 'DISREDIS_AUTHENTICATION', retryable: false })
    expect(error.message).toContain(`${fleet.master('shard-1').address.host}:`)
    expect(error.message).toContain('`password`')
  })

  test('that the masters ask for a password when none is given', async () => {
    const error = await failure({ password: undefined })
    expect(error).toMatchObject({ code: 'DISREDIS_AUTHENTICATION' })
  })

  test('that a ring is not over the masters', async () => {
    const error = await failure({ ring: { 'shard-1': 1, other: 2 } })
    expect(error).toMatchObject({ code: 'DISREDIS_INVALID_OPTION' })
    expect(error.message).toContain('shard-1, shard-2')
  })

  test('that an address cannot be read, before anything is dialled', async () => {
    expect(() => new Disredis('h1:26379,h2:x')).toThrow('Sentinel address 2 of 2 is "h2:x"')
    expect(() => new Disredis('redis://h1')).toThrow('names a single server')
  })

  test('which shards have no master', async () => {
    await using other = await startFleet({
      masters: 2,
      replicas: 0,
      sentinels: 1,
      downAfter: 30_000,
    })
    await other.master('shard-2').kill()
    const error = await failure({
      sentinels: other.sentinels,
      password: undefined,
      sentinelPassword: undefined,
      commandTimeout: 3000,
    })
    expect(error).toMatchObject({ code: 'DISREDIS_SHARD_DOWN', retryable: true })
    expect(error.message).toContain("'shard-2'")
    expect(error.message).toContain('ECONNREFUSED')
  })
})

test('commands of a client that cannot start are rejected by their deadline, and it recovers', async () => {
  await using other = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 30_000 })
  await other.sentinel(1).kill()
  await using client = new Disredis({ sentinels: other.sentinels, commandTimeout: 400 })
  await expect(client.set('k', 'v')).rejects.toMatchObject({
    code: 'DISREDIS_COMMAND_TIMEOUT',
    mayHaveExecuted: false,
    message: expect.stringContaining('no Sentinel named the masters'),
  })
  await other.sentinel(1).restart()
  await expect
    .poll(() => client.set('k', 'v').catch((error: Error) => error), { timeout: 30_000 })
    .toBe('OK')
})

test('a lazy client connects at its first command', async () => {
  await using client = new Disredis({
    sentinels: fleet.sentinels,
    password: userPassword,
    sentinelPassword,
    lazyConnect: true,
  })
  expect(client.status).toBe('wait')
  expect(await client.set('lazy', '1')).toBe('OK')
  await client.ready()
  expect(client.status).toBe('ready')
})
