import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ensureRedisServer } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { supervisord } from './supervisord.js'

const program = fileURLToPath(new URL('program/main.mjs', import.meta.url))
const deploy = fileURLToPath(new URL('../../deploy', import.meta.url))

/** Of one scenario, ms. */
const longest = 600_000

/** The namespaces of all hosts are inside this one; with its last process it is gone. */
const unshare =
  process.getuid?.() === 0
    ? ['--net', '--mount', '--pid', '--fork', '--kill-child']
    : ['--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child']

// Where ip is, although not everybody has it in the PATH.
process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`

/** As with the network rows of the chaos suite: where there are no namespaces, unless nothing may be skipped. */
const isSkipped =
  process.env.DISREDIS_CHAOS_NO_SKIPS === undefined &&
  spawnSync('unshare', [...unshare, 'ip', 'link', 'set', 'lo', 'up']).status !== 0

async function play(options: object): Promise<never> {
  const root = await mkdtemp(join(tmpdir(), 'disredis-deployment-'))
  const { path } = await ensureRedisServer()
  const argument = JSON.stringify({ root, server: path, ...options })
  try {
    const { stdout, stderr } = await promisify(execFile)(
      'unshare',
      [...unshare, '--mount-proc', process.execPath, program, argument],
      // The error then tells the steps so far, and every process of the scenario ends.
      { maxBuffer: 64 * 1024 * 1024, timeout: longest - 30_000, killSignal: 'SIGKILL' },
    )
    const isStep = (line: string) => line.startsWith('step ')
    // The story of what was lost.
    const story = stderr.split('\n').filter((line) => line !== '' && !isStep(line))
    if (story.length > 0) console.error(stderr)
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as never
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** As it is published, but for the network, and with times that a test can wait for. */
async function description(layout: string): Promise<object> {
  const text = await readFile(join(deploy, layout, 'description.yaml'), 'utf8')
  const { hosts, ...rest } = parse(text) as { hosts: { address: string }[] }
  return {
    ...rest,
    hosts: hosts.map((host) => ({ ...host, address: host.address.replace('10.0.0.', '10.77.0.') })),
    downAfter: 2000,
    failoverTimeout: 10_000,
  }
}

interface Phase {
  readonly acked: number
  readonly lost: number
  readonly twice: number
  readonly errors: Readonly<Record<string, number>>
}

function expectSurvival(result: Readonly<Record<string, Phase>>, hosts: readonly string[]): void {
  for (const host of hosts) {
    // Nothing that was acknowledged is lost.
    const planned = result[`planned-${host}`]!
    expect(planned, host).toMatchObject({ lost: 0, twice: 0 })
    // What is in flight when the failover begins is told as unknown, if nothing proves it in time.
    expect(Object.keys(planned.errors).filter((name) => name !== 'OutcomeUnknownError')).toEqual([])
    expect(planned.acked).toBeGreaterThan(100)
    expect(result[`crash-${host}`]!.acked).toBeGreaterThan(100)
    expect(result[`crash-${host}`]!.twice).toBe(0)
  }
}

/** They take minutes each: `npm run test:deployments` runs all. */
const isAll = process.env.MODE === 'all'

test.skipIf(isSkipped || !isAll)(
  'three hosts survive the loss of each of them',
  { timeout: longest },
  async () => {
    const result = await play({
      scenario: 'losses',
      description: await description('three-hosts'),
    })
    expectSurvival(result, ['a', 'b', 'c'])
  },
)

test.skipIf(isSkipped || !isAll)(
  'two hosts and a tie-breaker survive it under Supervisor',
  { timeout: longest },
  async () => {
    const result = await play({
      scenario: 'losses',
      description: await description('two-hosts-and-tie-breaker'),
      supervisord: await supervisord(),
    })
    expectSurvival(result, ['a', 'b', 'tie-breaker'])
  },
)

test.skipIf(isSkipped)(
  'two hosts with two Sentinels each do not, which the doctor says beforehand',
  {
    timeout: longest,
  },
  async () => {
    const result = await play({
      scenario: 'twoServers',
      description: await description('two-hosts-and-tie-breaker'),
    })
    expect(result).toMatchObject({ roleOfSurvivor: 'slave' })
    expect(result).toHaveProperty(
      'beforehand',
      expect.arrayContaining([{ code: 'no-majority-after-host-loss', severity: 'error' }]),
    )
  },
)

test.skipIf(isSkipped || !isAll)(
  'every host is replaced under load, and no client hears of it',
  { timeout: longest },
  async () => {
    const result: Readonly<Record<string, Phase>> = await play({
      scenario: 'replacement',
      description: await description('three-hosts'),
    })
    for (const host of ['a', 'b', 'c']) {
      expect(result[`replace-${host}`], host).toMatchObject({ lost: 0, twice: 0, errors: {} })
      expect(result[`replace-${host}`]!.acked).toBeGreaterThan(100)
    }
  },
)
