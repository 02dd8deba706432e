import { InvalidOptionError } from '@disredis/sentinel'
import { BullmqClient } from './bullmq/bullmq-client.js'
import type { Disredis } from './disredis.js'

export { BullmqClient } from './bullmq/bullmq-client.js'
export { BullmqTransaction } from './bullmq/bullmq-transaction.js'

/** What `Queue`, `Worker`, `QueueEvents` and `FlowProducer` of BullMQ 6 take, beside their own options. */
export interface QueueOptions {
  readonly connection: BullmqClient
  readonly prefix: string
}

/**
 * Options for a queue of BullMQ 6 over a Disredis: `new Queue('mail', queueOptions(redis, 'mail'))`. All keys
 * with one tag live on one shard, as a queue's must; queues with tags of their own spread over the shards. A
 * flow needs one tag for all its queues.
 *
 * The client stays the caller's: it is closed after the queues.
 *
 * @param tag of any characters but braces
 * @throws InvalidOptionError for an empty tag, one with braces, and a client with a `keyPrefix`, which
 * BullMQ does not take.
 */
export function queueOptions(redis: Disredis, tag: string): QueueOptions {
  if (typeof tag !== 'string' || tag === '' || /[{}]/.test(tag)) {
    throw new InvalidOptionError(
      `The tag of a queue is ${JSON.stringify(tag)}; it takes a non-empty string without braces`,
    )
  }
  if (redis.options.keyPrefix) {
    throw new InvalidOptionError(
      'The client has the option keyPrefix, which BullMQ does not support: use the tag instead',
    )
  }
  return { connection: new BullmqClient(redis, `{${tag}}`), prefix: `{${tag}}` }
}
