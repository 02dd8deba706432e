import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startFleet } from '@disredis/fleet'
import { beforeAll, expect, test } from 'vitest'
import { contenders } from '../src/contenders/registry.js'
import type { RunResult } from '../src/runner/run-result.js'

const run = promisify(execFile)

/** With the build that `beforeAll` made: another one in each test could meet a half-saved source. */
const runBench = (...args: string[]) =>
  run(process.execPath, [new URL('../dist/cli/bin.js', import.meta.url).pathname, ...args])

beforeAll(async () => {
  const { stdout } = await run(process.execPath, [
    new URL('../bench.mjs', import.meta.url).pathname,
    '--list',
  ])
  expect(stdout).toContain('raw-sockets')
})

test('every contender passes tiny rounds on a real fleet, and the run is written as JSON', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'disredis-bench-'))
  try {
    const json = join(folder, 'result.json')
    const { stdout } = await runBench(
      ...['--only', 'throughput', '--quick', '--json', json],
      ...['--rounds', '2', '--round-ms', '20', '--warm-up-ms', '10'],
    )
    const result: RunResult = JSON.parse(await readFile(json, 'utf8'))
    expect(result.cases.map(({ id }) => id)).toEqual([
      'get-set-100B-c1',
      'get-set-100B-c50',
      'get-set-100B-c500',
      'get-set-100B-c5000',
      'get-set-100B-c10000',
    ])
    for (const { id: caseId, participants } of result.cases) {
      const few = ['disredis', 'ioredis', 'raw-sockets']
      const all = contenders.map(({ id }) => id)
      expect(participants.map(({ id }) => id)).toEqual(caseId.endsWith('000') ? few : all)
      for (const { samples } of participants) {
        expect(samples).toHaveLength(2)
        for (const { operationsPerSecond } of samples)
          expect(operationsPerSecond).toBeGreaterThan(0)
      }
    }
    expect(result.environment.server).toMatch(/^(Redis|Valkey) \d/)
    expect(stdout).toContain('GET/SET 50:50, 100 B values, C=500')
    expect(stdout).toContain('ops/s against the raw-socket ceiling, C=500')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the other suites run', async () => {
  const { stdout } = await runBench(
    ...['--only', 'multi-key,pipeline,session,first-command,memory,ring', '--quick'],
    ...['--rounds', '1', '--round-ms', '10', '--warm-up-ms', '10'],
  )
  for (const title of [
    'MGET of 100 keys',
    'Pipelines of 100 commands',
    'Session-like mix',
    'Time to first command',
    'Memory per idle client',
    'Key to shard',
  ]) {
    expect(stdout).toContain(title)
  }
})

test('a usage error exits with 2 and says what there is', async () => {
  await expect(runBench('--only', 'nothing')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Unknown suite "nothing". Known: throughput'),
  })
})

test('a contender that cannot connect, and one whose server dies in a round, fail in their own words', async () => {
  const built = new URL('../dist/process/contender-process.js', import.meta.url).href
  const { ContenderProcess, ContenderError }: typeof import('../src/process/contender-process.js') =
    await import(built)
  await using fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1 })
  const master = fleet.master()
  const job = {
    kind: 'load',
    contender: 'raw-sockets',
    shards: 1,
    workload: { kind: 'get-set', callers: 5, valueBytes: 100 },
  } as const
  const context = {
    target: { shards: [{ name: 'shard-1', ...master.address }], sentinels: [] },
    keyPrefix: 'test:',
  }
  const contender = await ContenderProcess.start('raw sockets', job, context)
  try {
    const round = contender.round(60_000)
    await Promise.all([
      expect(round).rejects.toThrow(ContenderError),
      expect(round).rejects.toThrow(
        /^raw sockets failed: .*(closed|ECONNRESET|EPIPE|ended by the other party)/,
      ),
      master.kill(),
    ])
  } finally {
    contender.kill()
  }
  await expect(ContenderProcess.start('raw sockets', job, context)).rejects.toThrow(
    /^raw sockets failed: .*ECONNREFUSED/,
  )
})
