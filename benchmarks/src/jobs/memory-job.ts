import type { BenchClient } from '../contenders/bench-client.js'
import type { Connect, Target } from '../contenders/contender.js'
import { contenderById } from '../contenders/registry.js'
import type { Sample } from '../measure/metrics.js'
import { type Job, type JobContext, type JobSpec, narrow } from './job.js'

/**
 * Memory that a connected, used and idle client holds: several clients in one process, after
 * garbage collection, less what the process held before them. The first client of the process is
 * left out because it pays for the library. A job is good for one round.
 */
export function createMemoryJob(
  spec: Extract<JobSpec, { kind: 'memory' }>,
  context: JobContext,
): Job {
  const target = narrow(context.target, spec.shards)
  return {
    async round(): Promise<Sample> {
      const connect = await contenderById(spec.contender).load()
      await (await connectAndUse(connect, target, context.keyPrefix)).close()
      const before = memoryAfterCollection()
      const clients: BenchClient[] = []
      for (let i = 0; i < spec.clients; i++) {
        clients.push(await connectAndUse(connect, target, context.keyPrefix))
      }
      const after = memoryAfterCollection()
      for (const client of clients) await client.close()
      const heapKibibytes = (after.heap - before.heap) / spec.clients / 1024
      return {
        heapKibibytes,
        heapKibibytesPerShard: heapKibibytes / spec.shards,
        residentKibibytes: (after.resident - before.resident) / spec.clients / 1024,
      }
    },
    async close() {},
  }
}

/** Touches every shard, so that connections made on first use are counted too. */
async function connectAndUse(connect: Connect, target: Target, keyPrefix: string) {
  const client = await connect(target)
  const keys = Array.from({ length: target.shards.length * 20 }, (_, i) => `${keyPrefix}${i}`)
  await Promise.all(keys.map((key) => client.get(key)))
  return client
}

function memoryAfterCollection() {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('Memory is measured under node --expose-gc')
  gc()
  gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, resident: rss }
}
