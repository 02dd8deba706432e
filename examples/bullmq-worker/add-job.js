import { Queue } from 'bullmq'
import { mail, redis } from './queue-options.js'

const queue = new Queue('mail', mail)
const { id } = await queue.add('welcome', { to: 'ada@example.org' }, { removeOnComplete: true })
console.log(`job ${id} was added`)
await queue.close()
await redis.close()
