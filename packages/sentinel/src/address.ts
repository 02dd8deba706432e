export { type Address, formatAddress, isSameAddress } from '@disredis/connection'
