export { type InstrumentOptions, instrumentDisredis } from './instrument-disredis.js'
