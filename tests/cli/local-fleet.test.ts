import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Disredis } from '@disredis/client'
import { afterAll, beforeAll, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../../packages/cli/dist/disredis.cjs', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disredis-up-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function disredis(...args: readonly string[]) {
  const env = { ...process.env, XDG_STATE_HOME: folder }
  const run = promisify(execFile)(process.execPath, [program, ...args], { env })
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

test('a local fleet is up until it is told to be down, longer than the command', async () => {
  const up = await disredis('up', '--masters', '2', '--json')
  try {
    expect([up.code, up.stderr]).toEqual([0, ''])
    const { env, nodes, sentinels, pid } = JSON.parse(up.stdout)
    expect(nodes).toHaveLength(7)
    expect(env).toBe(`DISREDIS_SENTINELS=${sentinels.join(',')}`)
    await using redis = await Disredis.connect(sentinels)
    await redis.set('k', 'v')

    const status = await disredis('status')
    expect(status.stdout.trimEnd().split('\n').at(-1)).toBe(env)
    const again = await disredis('up')
    expect([again.code, again.stderr]).toEqual([0, 'default is up already.\n'])
    expect(await redis.get('k')).toBe('v')
    await redis.close()

    expect((await disredis('down')).code).toBe(0)
    await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false)
    expect((await disredis('status')).code).toBe(1)
    expect((await disredis('down')).stderr).toBe('default is not up.\n')
  } finally {
    await disredis('down')
  }
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('help loads the command line alone, so that it comes soon after Node.js itself', async () => {
  // No timing holds on a busy machine; what is loaded does.
  const tell = join(folder, 'tell-loaded.cjs')
  await writeFile(
    tell,
    `process.on('exit', () => console.error(Object.keys(require('node:module')._cache).join('\\n')))`,
  )
  const { stderr, stdout } = await promisify(execFile)(process.execPath, [
    ...['--require', tell],
    ...[program, '--help'],
  ])
  expect(stdout).toContain('Usage: disredis')
  expect(stderr).toContain('commander/')
  for (const heavy of [
    'ioredis',
    'packages/client',
    'packages/fleet',
    'packages/sentinel',
    'yaml',
  ]) {
    expect(stderr).not.toContain(`${heavy}/`)
  }
})
