import { createCacheJob } from './cache-job.js'
import { createFirstCommandJob } from './first-command-job.js'
import type { Job, JobContext, JobSpec } from './job.js'
import { createLoadJob } from './load-job.js'
import { createLookupJob } from './lookup-job.js'
import { createMemoryJob } from './memory-job.js'

export async function createJob(spec: JobSpec, context: JobContext): Promise<Job> {
  switch (spec.kind) {
    case 'load':
      return createLoadJob(spec, context)
    case 'first-command':
      return createFirstCommandJob(spec, context)
    case 'memory':
      return createMemoryJob(spec, context)
    case 'cache':
      return createCacheJob(spec, context)
    case 'lookup':
      return createLookupJob(spec)
  }
}
