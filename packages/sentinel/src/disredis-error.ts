export { DisredisError, type DisredisErrorOptions } from '@disredis/connection'
