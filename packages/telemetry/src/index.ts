export { COMMAND_CHANNEL, type CommandMessage } from '@disredis/client'
export { ShardDirectory, type ShardState } from './shard-directory.js'
