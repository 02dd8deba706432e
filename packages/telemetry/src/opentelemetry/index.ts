export { CommandMetricProducer } from './command-metric-producer.js'
export { type InstrumentOptions, instrumentDisredis } from './instrument-disredis.js'
export { type ObserveOptions, observeNearCaches } from './observe-near-caches.js'
