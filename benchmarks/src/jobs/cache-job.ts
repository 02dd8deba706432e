import { Redis } from 'ioredis'
import type { CachedClient } from '../contenders/cached-client.js'
import { cachedContenderById } from '../contenders/cached-registry.js'
import type { Target } from '../contenders/contender.js'
import { runRound } from '../measure/run-round.js'
import { CachedReadsWorkload, keptEntries } from '../workloads/cached-reads.js'
import { type Job, type JobContext, type JobSpec, narrow } from './job.js'

type CacheSpec = Extract<JobSpec, { kind: 'cache' }>

/** Hits between two turns of the event loop, in which sockets are read. */
const hitsPerTurn = 1000

/** Connects a client with a cache, and somebody else who writes; reads in each round. */
export async function createCacheJob(spec: CacheSpec, context: JobContext): Promise<Job> {
  const target = narrow(context.target, spec.shards)
  const connect = await cachedContenderById(spec.contender).load()
  const client = await connect(target, keptEntries, spec.valueBytes)
  const others = target.shards.map(({ host, port }) => new Redis({ host, port }))
  const close = async () => {
    await client.close()
    for (const other of others) other.disconnect()
  }
  const { measure } = spec
  if (measure !== 'reads') {
    const key = await writeOne(others, context.keyPrefix, spec, client)
    return { round: (duration) => timeHits(client, key, measure, duration), close }
  }
  const located = await locate(target, others)
  const workload = new CachedReadsWorkload(
    client,
    (key, value) => located(key).set(key, value),
    context.keyPrefix,
    spec,
  )
  await workload.prepare()
  return {
    async round(duration) {
      const sample = await runRound(workload, duration)
      return { ...sample, staleReads: workload.takeStale() }
    },
    close,
  }
}

/** The master of a key, as disredis places it; with one shard that is the only one. */
async function locate(target: Target, others: readonly Redis[]): Promise<(key: string) => Redis> {
  const { createRing } = await import('@disredis/hash-ring')
  const ring = createRing(target.shards.map(({ name }) => name))
  const byName = new Map(target.shards.map(({ name }, i) => [name, others[i]!]))
  return (key) => byName.get(ring.locate(key))!
}

const fields = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`field:${i}`, `value:${i}`]),
)

/** On each master: one of them has it where the client looks for it. */
async function writeOne(
  others: readonly Redis[],
  prefix: string,
  { measure, valueBytes }: CacheSpec,
  client: CachedClient,
): Promise<string> {
  const key = `${prefix}${measure}`
  await Promise.all(
    others.map((it) =>
      measure === 'hash-hits' ? it.hset(key, fields) : it.set(key, 'x'.repeat(valueBytes)),
    ),
  )
  await read(client, key, measure)
  return key
}

function read(client: CachedClient, key: string, measure: CacheSpec['measure']): Promise<unknown> {
  return measure === 'hash-hits' ? client.getFields!(key) : client.get(key)
}

/** ns of CPU of a read that is answered from memory, one after the other: others may have the processor too. */
async function timeHits(
  client: CachedClient,
  key: string,
  measure: CacheSpec['measure'],
  duration: number,
) {
  const endsAt = performance.now() + duration
  let microseconds = 0
  let hits = 0
  while (performance.now() < endsAt) {
    // The first one may be a miss.
    await read(client, key, measure)
    const before = process.cpuUsage()
    if (measure === 'hash-hits') {
      for (let i = 0; i < hitsPerTurn; i++) await client.getFields!(key)
    } else for (let i = 0; i < hitsPerTurn; i++) await client.get(key)
    const { user, system } = process.cpuUsage(before)
    microseconds += user + system
    hits += hitsPerTurn
    await new Promise(setImmediate)
  }
  return { hitNanoseconds: (microseconds * 1000) / hits }
}
