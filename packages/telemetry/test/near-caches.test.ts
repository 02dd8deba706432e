import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { observeNearCaches } from '../src/opentelemetry/index.js'
import { collectDisredisMetrics } from '../src/prometheus/index.js'

/** As long as a loaded machine may take. */
const patience = { timeout: 60_000, interval: 50 }

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ masters: 2, replicas: 0, sentinels: 1 })
})
afterAll(() => fleet.close())

/** Two clients with a near cache. One key was read by both, again by the first, and then changed. */
async function readByTwo(key: string) {
  const options = { sentinels: fleet.sentinels, cache: { maxStaleness: 60_000 } }
  const clients = await Promise.all([
    Disredis.connect(options),
    Disredis.connect(options),
    Disredis.connect(fleet.sentinels),
  ])
  const [first, second, plain] = clients
  const { shard } = plain.explain(key)
  const countsOf = (client: Disredis) =>
    client.health().cache?.shards.find((one) => one.shard === shard)
  for (const client of [first, second]) {
    await expect.poll(() => countsOf(client)?.isOpen, patience).toBe(true)
  }
  await plain.set(key, '1')
  for (const client of [first, first, second]) await client.cached().get(key)
  await plain.set(key, '2')
  for (const client of [first, second]) {
    await expect.poll(() => countsOf(client)?.invalidations, patience).toBe(1)
  }
  const other = shard === 'shard-1' ? 'shard-2' : 'shard-1'
  const close = async () => {
    for (const client of clients) await client.close()
  }
  return { clients, shard, other, [Symbol.asyncDispose]: close }
}

test('prom-client exports what the near caches of all clients did, by shard', async () => {
  await using it = await readByTwo('of-prometheus')
  const register = new Registry()
  const collection = collectDisredisMetrics({ register, clients: it.clients })
  const text = await register.metrics()
  const valueAt = (name: string, shard: string) => {
    const line = text.split('\n').find((line) => line.startsWith(`${name}{shard="${shard}"} `))
    return Number(line?.split(' ')[1])
  }
  expect(valueAt('disredis_cache_hits_total', it.shard)).toBe(1)
  expect(valueAt('disredis_cache_misses_total', it.shard)).toBe(2)
  expect(valueAt('disredis_cache_joined_total', it.shard)).toBe(0)
  expect(valueAt('disredis_cache_invalidations_total', it.shard)).toBe(2)
  expect(valueAt('disredis_cache_evictions_total', it.shard)).toBe(0)
  expect(valueAt('disredis_cache_emptied_total', it.shard)).toBe(0)
  expect(valueAt('disredis_cache_entries', it.shard)).toBe(0)
  expect(valueAt('disredis_cache_open', it.shard)).toBe(2)
  expect(valueAt('disredis_cache_hits_total', it.other)).toBe(0)
  expect(valueAt('disredis_cache_bytes', it.shard)).toBe(0)
  // Seconds: no client lets it grow beyond maxStaleness.
  expect(valueAt('disredis_cache_age_seconds', it.shard)).toBeLessThan(60)
  expect(text).toContain('# TYPE disredis_cache_hits_total counter')
  expect(text).toContain('# TYPE disredis_cache_entries gauge')

  await it.clients[0]!.cached().get('of-prometheus')
  const later = await register.metrics()
  expect(later).toContain(`disredis_cache_entries{shard="${it.shard}"} 1`)
  expect(later).toMatch(new RegExp(`disredis_cache_bytes{shard="${it.shard}"} [1-9]`))
  expect(later).toContain(`disredis_cache_misses_total{shard="${it.shard}"} 3`)
  collection[Symbol.dispose]()
  expect(await register.metrics()).toBe('\n')
})

test('clients without a near cache have no metrics of it', async () => {
  await using redis = await Disredis.connect(fleet.sentinels)
  const register = new Registry()
  using _collection = collectDisredisMetrics({ register, clients: [redis] })
  expect(await register.metrics()).not.toContain('disredis_cache')
})

test('OpenTelemetry exports the same, until it is ended', async () => {
  await using it = await readByTwo('of-opentelemetry')
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const observation = observeNearCaches(it.clients, { meterProvider })
  const exported = async () => {
    exporter.reset()
    await reader.forceFlush()
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
    return metrics.flatMap((scope) => scope.metrics)
  }
  let found = await exported()
  const of = (name: string) => {
    const metric = found.find(({ descriptor }) => descriptor.name === `disredis.cache.${name}`)
    const point = metric?.dataPoints.find(
      ({ attributes }) => attributes['disredis.shard'] === it.shard,
    )
    return [metric?.descriptor.unit, point?.value]
  }
  expect(of('hits')).toEqual(['{read}', 1])
  expect(of('misses')).toEqual(['{read}', 2])
  expect(of('joined')).toEqual(['{read}', 0])
  expect(of('invalidations')).toEqual(['{key}', 2])
  expect(of('evictions')).toEqual(['{key}', 0])
  expect(of('emptied')).toEqual(['{time}', 0])
  expect(of('entries')).toEqual(['{key}', 0])
  expect(of('bytes')).toEqual(['By', 0])
  expect(of('open')).toEqual(['{client}', 2])
  expect(of('age')).toEqual(['s', expect.toSatisfy((age: number) => age >= 0 && age < 60)])
  observation[Symbol.dispose]()
  await it.clients[0]!.cached().get('of-opentelemetry')
  // The SDK goes on exporting the sum that it knows.
  found = await exported()
  expect(of('misses')).toEqual(['{read}', 2])
  await meterProvider.shutdown()
})
