import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { FleetError, type FleetOptions, startFleet } from '../src/index.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'disredis-failed-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => expect(readdirSync(folder)).toEqual([]))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

async function failure(options: FleetOptions): Promise<FleetError> {
  const error = await startFleet(options).then(
    (fleet) => fleet.close(),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(FleetError)
  return error as FleetError
}

test('a data node that dies at its configuration says so in the error', async () => {
  const error = await failure({ masters: 2, dataConfig: ['no-such-directive yes'] })
  expect(error).toMatchObject({
    code: 'DISREDIS_FLEET_NODE_EXITED',
    node: expect.stringMatching(/^shard-1\/[12]$/),
    log: expect.stringContaining("'no-such-directive yes'"),
  })
  expect(error.message).toMatch(/ended while it was starting \(exit code 1\)\n.*no-such-directive/s)
})

test('a Sentinel that dies at its configuration says so in the error', async () => {
  expect(await failure({ sentinelConfig: ['sentinel no-such-option 1'] })).toMatchObject({
    code: 'DISREDIS_FLEET_NODE_EXITED',
    node: expect.stringMatching(/^sentinel-[123]$/),
    log: expect.stringContaining('no-such-option'),
  })
})

test('what is not there in time is named', async () => {
  // A master that takes no replica: everything starts, nothing gets in sync.
  const error = await failure({
    timeout: 1_500,
    dataConfig: ['requirepass x', 'masteruser nobody'],
  })
  expect(error.code).toBe('DISREDIS_FLEET_TIMEOUT')
  expect(error.message).toMatch(/shard-1\/2 \(127\.0\.0\.1:\d+\) is not in sync: ROLE says/)
})

test('a timer that Sentinel does not have is refused by name', async () => {
  expect(await failure({ sentinelTimers: { 'no-such-period': 1 } })).toMatchObject({
    code: 'DISREDIS_FLEET_COMMAND',
    message: expect.stringMatching(/sentinel-\d: set-up failed: .*no-such-period/s),
  })
})

test('an address that is not of this machine and a server that is none are refused', async () => {
  expect(await failure({ bind: { masters: '192.0.2.1' } })).toMatchObject({
    code: 'DISREDIS_FLEET_OPTION',
    message: expect.stringContaining('192.0.2.1'),
  })
  expect(await failure({ server: '/bin/true' })).toMatchObject({
    code: 'DISREDIS_FLEET_SERVER_NOT_FOUND',
    message: expect.stringContaining('Option server is /bin/true'),
  })
})
