export { COMMAND_CHANNEL, type CommandMessage } from './command-channel.js'
export { ShardDirectory, type ShardState } from './shard-directory.js'
