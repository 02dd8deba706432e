import type { JobContext, JobSpec } from '../jobs/job.js'
import type { Sample } from '../measure/metrics.js'

/** From the runner to a contender's process; each is answered by one Answer. */
export type Request =
  | { readonly kind: 'set-up'; readonly job: JobSpec; readonly context: JobContext }
  | { readonly kind: 'round'; readonly duration: number }
  | { readonly kind: 'tear-down' }

export type Answer =
  | { readonly kind: 'done'; readonly sample?: Sample }
  | { readonly kind: 'failed'; readonly error: string }
