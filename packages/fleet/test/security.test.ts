import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTlsFiles, type FleetNode, startFleet, type TlsFiles } from '../src/index.js'
import { talk, talkOverTls } from './talk.js'

const quick = { sentinelTimers: { 'info-period': 200, 'publish-period': 200 } }

test('passwords guard data nodes and Sentinels, and failovers work behind them', async () => {
  await using fleet = await startFleet({
    password: 'data "secret"',
    sentinelPassword: 'sentinel-secret',
    ...quick,
  })
  const before = fleet.master()
  expect(await talk(before, ['PING'])).toEqual([expect.stringContaining('NOAUTH')])
  expect(await talk(before, ['AUTH', 'data "secret"'], ['SET', 'k', 'v'])).toEqual(['OK', 'OK'])
  expect(await talk(fleet.sentinel(1), ['PING'])).toEqual([expect.stringContaining('NOAUTH')])
  expect(
    await talk(fleet.sentinel(1), ['AUTH', 'sentinel-secret'], ['SENTINEL', 'CKQUORUM', 'shard-1']),
  ).toEqual(['OK', expect.stringMatching(/^OK 3/)])

  await fleet.failover()
  const after = await fleet.waitForMaster('shard-1', { not: before })
  await fleet.waitForSync()
  expect(await talk(after, ['AUTH', 'data "secret"'], ['GET', 'k'])).toEqual(['OK', 'v'])
  await fleet.sentinel(1).restart()
  await fleet.waitForSync()
  expect(await talk(fleet.sentinel(1), ['PING'])).toEqual([expect.stringContaining('NOAUTH')])
})

test('ACL users are as given; a user name turns the default user off', async () => {
  await using fleet = await startFleet({
    username: 'app',
    password: 'pw',
    users: ['reader on >r ~pub:* -@all +get'],
    sentinelUsername: 'watcher',
    sentinelPassword: 'spw',
    sentinelUsers: ['nobody on nopass -@all +ping'],
  })
  const master = fleet.master()
  expect(await talk(master, ['AUTH', 'pw'])).toEqual([expect.stringContaining('WRONGPASS')])
  expect(await talk(master, ['AUTH', 'app', 'pw'], ['SET', 'pub:1', 'x'])).toEqual(['OK', 'OK'])
  expect(
    await talk(
      master,
      ['AUTH', 'reader', 'r'],
      ['GET', 'pub:1'],
      ['SET', 'pub:1', 'y'],
      ['GET', 'k'],
    ),
  ).toEqual(['OK', 'x', expect.stringContaining('NOPERM'), expect.stringContaining('NOPERM')])
  expect(await talk(fleet.sentinel(2), ['AUTH', 'watcher', 'spw'], ['PING'])).toEqual([
    'OK',
    'PONG',
  ])
  expect(await talk(fleet.sentinel(2), ['AUTH', 'nobody', 'any'], ['PING'], ['INFO'])).toEqual([
    'OK',
    'PONG',
    expect.stringContaining('NOPERM'),
  ])
})

test('a rotated password cuts off clients, not the fleet', async () => {
  await using fleet = await startFleet({ password: 'old', ...quick })
  for (const node of [fleet.master(), ...fleet.replicas()]) {
    await node.command('ACL', 'SETUSER', 'default', 'resetpass', '>new')
  }
  expect(await talk(fleet.master(), ['AUTH', 'old'])).toEqual([
    expect.stringContaining('WRONGPASS'),
  ])
  const before = fleet.master()
  await fleet.failover()
  await fleet.waitForMaster('shard-1', { not: before })
  await fleet.waitForSync()
})

test('with TLS every port speaks it, and the Sentinels fail over through it', async () => {
  await using fleet = await startFleet({ tls: true, bind: { replicas: '127.0.0.9' }, ...quick })
  const tls = fleet.tls as TlsFiles
  const before = fleet.master()
  await expect(talk(before, ['PING'])).rejects.toThrow()
  for (const node of fleet.nodes()) expect(await ping(node, tls.ca)).toBe('PONG')
  expect(await ping(before, createTlsFiles(join(before.folder, 'other')).ca)).toMatch(/^error/)

  await fleet.failover()
  const after = await fleet.waitForMaster('shard-1', { not: before })
  await fleet.waitForSync()
  expect(await ping(after, tls.ca)).toBe('PONG')
  await before.restart()
  await fleet.waitForSync()
})

test('TLS takes given files, and can ask clients for a certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'disredis-given-'))
  try {
    const { caFile, certFile, keyFile, ca, cert, key } = createTlsFiles(folder)
    await using fleet = await startFleet({ tls: { caFile, certFile, keyFile, clientAuth: true } })
    expect(fleet.tls).toMatchObject({ ca, cert, key })
    expect(await ping(fleet.master(), ca)).toMatch(/^error/)
    expect(await ping(fleet.master(), ca, { cert, key })).toBe('PONG')
    expect(await ping(fleet.sentinel(1), ca, { cert, key })).toBe('PONG')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** What PING gets over TLS, or why it gets nothing. */
async function ping(node: FleetNode, ca: string, own: { cert?: string; key?: string } = {}) {
  try {
    return (await talkOverTls(node, { ca, ...own }, ['PING']))[0]
  } catch (error) {
    return `error: ${(error as Error).message}`
  }
}
