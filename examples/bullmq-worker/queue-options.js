import { Disredis } from '@disredis/client'
import { queueOptions } from '@disredis/client/bullmq'

const sentinels = process.env.SENTINELS ?? '127.0.0.1:26379,127.0.0.1:26380,127.0.0.1:26381'

export const redis = await Disredis.connect(sentinels)

/** All keys of a queue live on one master: they share a hash tag. Give each queue its own. */
export const mail = queueOptions(redis, 'mail')
