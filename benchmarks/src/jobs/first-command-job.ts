import type { Connect, Target } from '../contenders/contender.js'
import { contenderById } from '../contenders/registry.js'
import type { Sample } from '../measure/metrics.js'
import { median } from '../measure/summary.js'
import { WrongReplyError } from '../workloads/workload.js'
import { type Job, type JobContext, type JobSpec, narrow } from './job.js'

const warmClients = 5

/**
 * Time from nothing to the first reply. Cold: import of the library, connect, one GET, in a process
 * that has loaded nothing yet. Warm: the same without the import, for later clients of the process.
 * A job is good for one round.
 */
export function createFirstCommandJob(
  spec: Extract<JobSpec, { kind: 'first-command' }>,
  context: JobContext,
): Job {
  const target = narrow(context.target, spec.shards)
  const key = `${context.keyPrefix}never-written`
  return {
    async round(): Promise<Sample> {
      const startedAt = performance.now()
      const connect = await contenderById(spec.contender).load()
      const coldMilliseconds = await timeToFirstReply(connect, target, key, startedAt)
      const warm: number[] = []
      for (let i = 0; i < warmClients; i++) {
        warm.push(await timeToFirstReply(connect, target, key, performance.now()))
      }
      return { coldMilliseconds, warmMilliseconds: median(warm) }
    },
    async close() {},
  }
}

async function timeToFirstReply(connect: Connect, target: Target, key: string, startedAt: number) {
  const client = await connect(target)
  const reply = await client.get(key)
  const elapsed = performance.now() - startedAt
  if (reply !== null) throw new WrongReplyError('GET', key, reply)
  await client.close()
  return elapsed
}
