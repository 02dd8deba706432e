import { OutcomeUnknownError } from '@disredis/client'
import { Worker } from 'bullmq'
import { mail, redis } from './queue-options.js'

const worker = new Worker('mail', async (job) => `sent to ${job.data.to}`, mail)
worker.on('completed', (job, result) => console.log(`${job.id}: ${result}`))
worker.on('failed', (job, error) => console.error(`${job?.id}: ${error.message}`))
worker.on('error', (error) => {
  // The wait for the next job was cut off by a failover, or by closing: the jobs are where they were.
  if (!(error instanceof OutcomeUnknownError)) console.error(error)
})
await worker.waitUntilReady()
console.log('waiting for jobs')

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await worker.close()
    await redis.close()
  })
}
