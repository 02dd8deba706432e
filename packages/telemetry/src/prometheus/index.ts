export { type CollectOptions, collectDisredisMetrics } from './collect-metrics.js'
