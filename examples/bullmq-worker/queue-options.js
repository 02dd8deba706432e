import { Disredis } from '@disredis/client'

const sentinels = process.env.SENTINELS ?? '127.0.0.1:26379,127.0.0.1:26380,127.0.0.1:26381'

export const redis = await Disredis.connect(sentinels)

/** All keys of a queue live on one master: the prefix is a hash tag. Give each queue its own. */
export const queueOptions = { connection: redis, prefix: '{mail}', skipVersionCheck: true }
