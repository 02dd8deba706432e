export { type Runtime, systemRuntime, type Timer } from '@disredis/connection'
