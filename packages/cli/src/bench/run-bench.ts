import { randomBytes } from 'node:crypto'
import type { Disredis } from '@disredis/client'
import { keysOn } from '../drill/trickle.js'

export interface BenchOptions {
  readonly seconds: number
  /** Commands under way at a time. */
  readonly concurrency: number
  /** Bytes of a value. */
  readonly size: number
  readonly signal: AbortSignal
}

export interface BenchResult {
  /** `SET`, `GET` */
  readonly command: string
  readonly operations: number
  readonly perSecond: number
  /** ms */
  readonly p50: number
  readonly p99: number
  readonly slowest: number
  readonly errors: Readonly<Record<string, number>>
}

const KEYS_PER_SHARD = 100
/** Should this process die, its keys do not stay. */
const EXPIRY = 600

/** Writes and then reads keys of its own, evenly on all shards, and removes them. */
export async function runBench(
  client: Disredis,
  options: BenchOptions,
): Promise<readonly BenchResult[]> {
  const prefix = `disredis:bench:${randomBytes(6).toString('hex')}`
  const keys = [...client.shards().keys()].flatMap((shard) =>
    keysOn(client, shard, prefix, KEYS_PER_SHARD),
  )
  const value = 'x'.repeat(options.size)
  try {
    const set = await measure('SET', keys, options, (key) => client.set(key, value, 'EX', EXPIRY))
    const get = await measure('GET', keys, options, (key) => client.get(key))
    return [set, get]
  } finally {
    await client.unlink(...keys)
  }
}

async function measure(
  command: string,
  keys: readonly string[],
  { seconds, concurrency, signal }: BenchOptions,
  operate: (key: string) => Promise<unknown>,
): Promise<BenchResult> {
  const latencies: number[] = []
  const errors: Record<string, number> = {}
  const startedAt = performance.now()
  const endAt = startedAt + seconds * 1000
  const work = async (lane: number) => {
    for (let i = lane; performance.now() < endAt && !signal.aborted; i++) {
      const sentAt = performance.now()
      try {
        await operate(keys[(i * 7919) % keys.length]!)
        latencies.push(performance.now() - sentAt)
      } catch (error) {
        const code = (error as { code?: string }).code ?? (error as Error).message.split(' ', 1)[0]!
        errors[code] = (errors[code] ?? 0) + 1
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, lane) => work(lane)))
  const took = (performance.now() - startedAt) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number) => round(latencies[Math.floor((latencies.length - 1) * share)] ?? 0)
  return {
    command,
    operations: latencies.length,
    perSecond: Math.round(latencies.length / took),
    p50: at(0.5),
    p99: at(0.99),
    slowest: at(1),
    errors,
  }
}

const round = (ms: number) => Math.round(ms * 100) / 100
