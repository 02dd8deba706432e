export { withoutArguments } from '@disredis/connection'
