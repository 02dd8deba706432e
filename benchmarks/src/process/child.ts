import { createJob } from '../jobs/create-job.js'
import type { Job } from '../jobs/job.js'
import type { Answer, Request } from './messages.js'

/** Entry of a contender's process: one job, told what to do over IPC, gone with its runner. */
let job: Job | undefined

function answer(message: Answer, then?: () => void) {
  process.send?.(message, undefined, undefined, then)
}

async function handle(request: Request): Promise<void> {
  switch (request.kind) {
    case 'set-up':
      job = await createJob(request.job, request.context)
      return answer({ kind: 'done' })
    case 'round': {
      if (job === undefined) throw new Error('A round was asked for before the set-up')
      return answer({ kind: 'done', sample: await job.round(request.duration) })
    }
    case 'tear-down':
      await job?.close()
      // A client may keep the event loop alive after its close: not the benchmark's concern.
      return answer({ kind: 'done' }, () => process.exit(0))
  }
}

process.on('message', (request: Request) => {
  handle(request).catch((error: unknown) => {
    answer({ kind: 'failed', error: error instanceof Error ? String(error.stack) : String(error) })
  })
})
process.on('disconnect', () => process.exit(0))
