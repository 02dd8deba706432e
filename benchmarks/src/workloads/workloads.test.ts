import { expect, test } from 'vitest'
import type { BenchClient, PipelinedCommand } from '../contenders/bench-client.js'
import { runRound } from '../measure/run-round.js'
import { createWorkload } from './create-workload.js'
import type { WorkloadSpec } from './workload.js'

/** An honest client without a server, for the lies that no server can be made to tell. */
class MapClient implements BenchClient {
  protected readonly data = new Map<string, string>()

  async get(key: string) {
    return this.data.get(key) ?? null
  }

  async set(key: string, value: string) {
    this.data.set(key, value)
    return 'OK'
  }

  setWithExpiry(key: string, value: string) {
    return this.set(key, value)
  }

  async expire(key: string) {
    return this.data.has(key)
  }

  async del(key: string) {
    return this.data.delete(key) ? 1 : 0
  }

  async mget(keys: string[]) {
    return keys.map((key) => this.data.get(key) ?? null)
  }

  async mset(entries: string[]) {
    for (let i = 0; i < entries.length; i += 2) await this.set(entries[i]!, entries[i + 1]!)
    return 'OK'
  }

  async pipeline(commands: readonly PipelinedCommand[]) {
    const replies: unknown[] = []
    for (const { key, value } of commands) {
      replies.push(value === null ? await this.get(key) : await this.set(key, value))
    }
    return replies
  }

  async close() {}
}

const specs: readonly WorkloadSpec[] = [
  { kind: 'get-set', callers: 3, valueBytes: 100 },
  { kind: 'mget', callers: 2, keys: 10 },
  { kind: 'mset', callers: 2, keys: 10 },
  { kind: 'pipeline', callers: 2, commands: 20 },
  { kind: 'session', callers: 3 },
]

/**
 * Rounds until one finds the lie. The client is replaced after the keys are written, as a fault
 * would come in the middle of a run.
 */
async function runWith(spec: WorkloadSpec, lie: Partial<BenchClient>) {
  const client = new MapClient()
  const workload = createWorkload(spec, client, 'test:')
  await workload.prepare()
  Object.assign(client, lie)
  for (let round = 0; round < 50; round++) await runRound(workload, 5)
}

test.each(specs)('$kind accepts an honest client and counts what it did', async (spec) => {
  const workload = createWorkload(spec, new MapClient(), 'test:')
  await workload.prepare()
  const sample = await runRound(workload, 20)
  expect(sample.operationsPerSecond).toBeGreaterThan(0)
  expect(sample.cpuMicroseconds).toBeGreaterThan(0)
  expect(sample.p99Microseconds).toBeGreaterThanOrEqual(sample.p50Microseconds!)
})

const lies: readonly [WorkloadSpec['kind'], string, Partial<BenchClient>][] = [
  ['get-set', 'a lost SET', { set: async () => 'OK' }],
  ['get-set', "another key's value", { get: async () => 'test:000001:a:' }],
  ['get-set', 'a missing value', { get: async () => null }],
  ['get-set', 'a SET that was not acknowledged', { set: async () => null }],
  ['mget', 'a missing value in an MGET', { mget: async (keys) => keys.map(() => null) }],
  ['mset', 'a lost MSET', { mset: async () => 'OK' }],
  ['session', 'a session that lives on after its logout', { del: async () => 1 }],
  ['session', 'an EXPIRE that found nothing', { expire: async () => 0 }],
]

test.each(lies)('%s reports %s', async (kind, _, lie) => {
  const spec = specs.find((candidate) => candidate.kind === kind)!
  await expect(runWith(spec, lie)).rejects.toThrow('was answered')
})

test('pipeline reports replies that are one command late', async () => {
  const honest = new MapClient()
  const pipeline = async (commands: readonly PipelinedCommand[]) => {
    const replies = await honest.pipeline(commands)
    return [replies.at(-1), ...replies.slice(0, -1)]
  }
  await expect(runWith(specs[3]!, { pipeline })).rejects.toThrow('was answered')
})

test('a wrong reply names command and key and keeps the value to itself', async () => {
  const secret = 'x'.repeat(100)
  const failure = runWith(specs[0]!, { get: async () => secret })
  await expect(failure).rejects.toThrow(/^GET test:\d{6} was answered 100 characters/)
  await expect(failure).rejects.not.toThrow(secret)
})
