import { contenderById } from '../contenders/registry.js'
import { runRound } from '../measure/run-round.js'
import { createWorkload } from '../workloads/create-workload.js'
import { type Job, type JobContext, type JobSpec, narrow } from './job.js'

/** Connects one client, writes the keys, and runs the workload's callers in each round. */
export async function createLoadJob(
  spec: Extract<JobSpec, { kind: 'load' }>,
  context: JobContext,
): Promise<Job> {
  const connect = await contenderById(spec.contender).load()
  const client = await connect(narrow(context.target, spec.shards))
  const workload = createWorkload(spec.workload, client, context.keyPrefix)
  await workload.prepare()
  return {
    round: (duration) => runRound(workload, duration),
    close: () => client.close(),
  }
}
