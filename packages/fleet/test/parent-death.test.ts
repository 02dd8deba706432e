import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureRedisServer } from '../src/index.js'
import { isAlive } from './process-state.js'

/** Parents run what is published: the compiled package, on a plain Node. */
let folder: string
let server: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'disredis-parent-'))
  const repository = fileURLToPath(new URL('../../..', import.meta.url))
  const compile = (name: string, to: string) =>
    execFileSync(join(repository, 'node_modules/.bin/tsc'), [
      ...['-p', join(repository, `packages/${name}/tsconfig.build.json`), '--outDir', to],
    ])
  const connection = join(folder, 'node_modules/@disredis/connection')
  compile('connection', join(connection, 'dist'))
  writeFileSync(
    join(connection, 'package.json'),
    JSON.stringify({ type: 'module', exports: './dist/index.js' }),
  )
  compile('fleet', join(folder, 'dist'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  server = (await ensureRedisServer()).path
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Started {
  readonly folder: string
  readonly pids: number[]
}

/** Starts a fleet in a parent of its own, which then goes on with `rest`. */
async function startParent(
  rest: string,
  stderr: 'inherit' | 'ignore' = 'inherit',
): Promise<{ parent: ChildProcess; fleet: Started }> {
  const parent = run(
    `
    const fleet = await startFleet({ masters: 2, sentinels: 3 })
    await fleet.master('shard-1').restart()
    await fleet.replicas('shard-2')[0].pause()
    console.log(JSON.stringify({
      folder: dirname(fleet.sentinel(1).folder),
      pids: fleet.nodes().map(({ pid }) => pid),
    }))
    ${rest}
  `,
    stderr,
  )
  const lines = createInterface({ input: parent.stdout as NodeJS.ReadableStream })
  const ended = once(parent, 'exit').then(([code]) => expect.fail(`The parent ended with ${code}`))
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  // Later it is meant to end.
  ended.catch(() => undefined)
  const fleet = JSON.parse(line) as Started
  return { parent, fleet }
}

function run(script: string, stderr: 'inherit' | 'ignore' = 'inherit'): ChildProcess {
  const file = join(folder, 'parent.js')
  writeFileSync(
    file,
    `import { dirname } from 'node:path'
     import { startFleet } from './dist/index.js'
     ${script}`,
  )
  const env = { ...process.env, DISREDIS_REDIS_SERVER: server, TMPDIR: folder }
  return spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', stderr] })
}

async function expectNothingLeft(fleet: Started): Promise<void> {
  const limit = { timeout: 30_000, interval: 20 }
  await expect.poll(() => fleet.pids.filter(isAlive), limit).toEqual([])
  await expect.poll(() => existsSync(fleet.folder), limit).toBe(false)
}

const forever = 'setInterval(() => {}, 1000)'

test.each(['SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a parent that dies of %s leaves no process and no file',
  async (signal) => {
    const { parent, fleet } = await startParent(forever)
    expect(fleet.pids.filter((pid) => !isAlive(pid))).toEqual([])
    parent.kill(signal)
    await once(parent, 'exit')
    expect(parent.signalCode).toBe(signal)
    await expectNothingLeft(fleet)
  },
)

test.each([
  ['process.exit(3)', 3],
  ['throw new Error("on purpose")', 1],
  ['', 0],
])(
  'a parent that ends by %j leaves nothing; a forgotten fleet does not hold it',
  async (rest, code) => {
    const { parent, fleet } = await startParent(rest, 'ignore')
    if (parent.exitCode === null) await once(parent, 'exit')
    expect(parent.exitCode).toBe(code)
    await expectNothingLeft(fleet)
  },
)

test('a parent killed while it is starting its fleet leaves nothing', async () => {
  // At different moments of the start: when the n-th process has been launched.
  for (const launched of [1, 4, 7, 9]) {
    const parent = run(`await startFleet({ masters: 3 }); ${forever}`)
    await expect
      .poll(
        () =>
          Math.max(
            0,
            ...fleetFolders().map((name) => readdirSync(join(folder, name, 'pids')).length),
          ),
        {
          timeout: 30_000,
          interval: 1,
        },
      )
      .toBeGreaterThanOrEqual(launched)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await expect.poll(fleetFolders, { timeout: 30_000, interval: 20 }).toEqual([])
    await expect.poll(processesBelow, { timeout: 30_000, interval: 20 }).toEqual([])
  }
})

function fleetFolders(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('disredis-fleet-'))
}

/** Processes whose working directory is, or was, in a fleet's folder. */
function processesBelow(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || !isAlive(Number(pid))) return false
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(join(folder, 'disredis-fleet-'))
    } catch {
      return false
    }
  })
}
