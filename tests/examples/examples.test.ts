import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Fleet, startFleet } from '@disredis/fleet'
import { beforeAll, expect, test } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { packAll, type Tarballs } from '../packaging/packages.js'
import { freePort, installExample, RunningExample } from './example.js'

/** `npm run test:examples` asks for all of them. */
const isAll = process.env.MODE === 'all'

let fleet: Fleet
let tarballs: Tarballs
beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3 })
  tarballs = await packAll()
  return async () => {
    await tarballs[Symbol.asyncDispose]()
    await fleet.close()
  }
})

const sentinels = () => ({ SENTINELS: fleet.sentinels.join(',') })

const tested: string[] = []
function example(name: string, run: () => Promise<void>): void {
  tested.push(...name.split(' and '))
  test(name, run)
}
function longExample(name: string, run: () => Promise<void>): void {
  tested.push(name)
  test.runIf(isAll)(name, run)
}

example('plain-script', async () => {
  await using project = await installExample('plain-script', tarballs)
  const output = await project.run('npm', ['start', '--silent'], sentinels())
  expect(output).toMatch(
    /^user:1000 is Ada on shard-\d\nvisits: 1\na, b, c are \[ '1', '2', '3' \]\n$/,
  )
})

example('express-app and fastify-app', async () => {
  await using expressProject = await installExample('express-app', tarballs)
  await using fastifyProject = await installExample('fastify-app', tarballs)
  const ports = [await freePort(), await freePort()] as const
  await using express = new RunningExample(expressProject, 'start', {
    ...sentinels(),
    PORT: ports[0],
  })
  await using fastify = new RunningExample(fastifyProject, 'start', {
    ...sentinels(),
    PORT: ports[1],
  })
  await express.prints(/listening/)
  await fastify.prints(/listening/)
  const [inExpress, inFastify] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string]

  const login = await fetch(`${inExpress}/login/ada`, { method: 'POST' })
  const headers = { cookie: String(login.headers.get('set-cookie')).split(';')[0] as string }
  const post = (url: string) => fetch(url, { method: 'POST', headers })
  const look = async (url: string) => (await fetch(url, { headers })).json()
  await post(`${inFastify}/cart/tea`)
  expect(await (await post(`${inExpress}/cart/milk`)).json()).toEqual(['tea', 'milk'])
  expect(await look(inFastify)).toEqual({ user: 'ada', cart: ['tea', 'milk'] })
  await post(`${inFastify}/logout-everywhere`)
  expect(await look(inExpress)).toEqual({ user: null, cart: [] })

  expect([await express.end(), await fastify.end()]).toEqual([0, 0])
})

longExample('bullmq-worker', async () => {
  await using project = await installExample('bullmq-worker', tarballs)
  await using worker = new RunningExample(project, 'start', sentinels())
  await worker.prints(/waiting for jobs/)
  expect(await project.run('npm', ['run', '--silent', 'add'], sentinels())).toMatch(/was added/)
  await worker.prints(/sent to ada@example\.org/)
  expect(await worker.end()).toBe(0)
})

longExample('nestjs-module', async () => {
  await using project = await installExample('nestjs-module', tarballs)
  const port = await freePort()
  await using app = new RunningExample(project, 'start', { ...sentinels(), PORT: port })
  await app.prints(/listening/)
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json()
  expect(await get('/visits/home')).toEqual({ page: 'home', visits: 1 })
  expect(await get('/visits/home')).toEqual({ page: 'home', visits: 2 })
  expect(await get('/health')).toEqual({ state: 'ok' })
})

longExample('jest-test', async () => {
  await using project = await installExample('jest-test', tarballs)
  expect(await project.run('npm', ['start', '--', '--ci'])).toMatch(/Tests: +1 passed/)
})

longExample('vitest-test', async () => {
  await using project = await installExample('vitest-test', tarballs)
  expect(await project.run('npm', ['start'], { NO_COLOR: '1' })).toMatch(/Tests +1 passed/)
})

longExample('local-fleet', async () => {
  await using project = await installExample('local-fleet', tarballs)
  await using local = new RunningExample(project, 'start', {})
  await local.prints(/^export SENTINELS=(\S+)$/m)
  local.type('failover shard-1')
  await local.prints(/shard-1 has a new master/)
  local.type('kill shard-2')
  await local.prints(/shard-2 has a new master/)
  local.type('end')
  expect(await local.ended()).toBe(0)
})

test('every example is run', () => {
  const folders = readdirSync(join(root, 'examples'), { withFileTypes: true })
  expect(tested.sort()).toEqual(
    folders
      .filter((it) => it.isDirectory())
      .map(({ name }) => name)
      .sort(),
  )
})
