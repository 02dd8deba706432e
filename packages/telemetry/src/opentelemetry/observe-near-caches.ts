import type { Disredis } from '@disredis/client'
import { type Meter, type MeterProvider, metrics, type Observable } from '@opentelemetry/api'
import { type CacheFigure, cacheFigureByShard, cacheFigures } from '../cache-figures.js'
import { scope } from './descriptors.js'

export interface ObserveOptions {
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider
}

/**
 * Metrics of the near caches of these clients (their option `cache`), by shard: `disredis.cache.hits`,
 * `disredis.cache.misses` and so on. They are read when the SDK exports, and cost nothing else; clients
 * without a near cache have none.
 *
 * @returns what ends it
 */
export function observeNearCaches(
  clients: readonly Disredis[],
  { meterProvider = metrics.getMeterProvider() }: ObserveOptions = {},
): Disposable {
  const meter = meterProvider.getMeter(scope.name)
  const stops = cacheFigures.map((figure) => {
    const instrument = instrumentOf(meter, figure)
    const observe: Parameters<Observable['addCallback']>[0] = (result) => {
      for (const [shard, value] of cacheFigureByShard(figure, clients)) {
        result.observe(value, { 'disredis.shard': shard })
      }
    }
    instrument.addCallback(observe)
    return () => instrument.removeCallback(observe)
  })
  return {
    [Symbol.dispose]() {
      for (const stop of stops) stop()
    },
  }
}

function instrumentOf(meter: Meter, { name: figure, kind, unit, help }: CacheFigure): Observable {
  const name = `disredis.cache.${figure}`
  const options = { unit, description: help }
  if (kind === 'total') return meter.createObservableCounter(name, options)
  if (kind === 'sum') return meter.createObservableUpDownCounter(name, options)
  return meter.createObservableGauge(name, options)
}
