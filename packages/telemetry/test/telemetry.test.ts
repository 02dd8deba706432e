import { AsyncLocalStorage } from 'node:async_hooks'
import { Disredis } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CommandMetricProducer, instrumentDisredis } from '../src/opentelemetry/index.js'
import { collectDisredisMetrics } from '../src/prometheus/index.js'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3, downAfter: 5000 })
})
afterAll(() => fleet.close())

test("spans follow OpenTelemetry's conventions for databases, with the shard", async () => {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  const instrumentation = instrumentDisredis({ tracerProvider, meterProvider: false })
  await using redis = await Disredis.connect(fleet.sentinels)
  await redis.set('k', 'a secret value')
  await expect(redis.incr('k')).rejects.toThrow()
  instrumentation[Symbol.dispose]()
  await redis.get('k')

  const [set, incr, ...more] = exporter.getFinishedSpans()
  expect(more).toEqual([])
  const { shard, master } = redis.explain('k')
  expect(set).toMatchObject({
    name: 'SET',
    kind: 2,
    status: { code: 0 },
    attributes: {
      'db.system.name': 'redis',
      'db.operation.name': 'SET',
      'db.namespace': '0',
      'server.address': master!.host,
      'server.port': master!.port,
      'network.peer.address': master!.host,
      'disredis.shard': shard,
      'disredis.shard.state': 'ready',
    },
  })
  expect(incr).toMatchObject({
    name: 'INCR',
    status: { code: 2 },
    attributes: { 'db.response.status_code': 'ERR', 'error.type': 'ERR' },
  })
  expect(JSON.stringify([set!.attributes, incr!.attributes])).not.toContain('secret')
})

test('pipelines and transactions are one operation each, a batch from two commands on', async () => {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  using _instrumentation = instrumentDisredis({ tracerProvider, meterProvider: false })
  await using redis = await Disredis.connect(fleet.sentinels)
  await redis.pipeline().set('a', '1').set('b', '2').set('c', '3').exec()
  await redis.pipeline().set('a', '1').get('b').exec()
  await redis.pipeline().get('a').exec()
  await redis.multi().incr('a').incr('a').exec()
  await redis.multi().incr('a').exec()
  const told = exporter.getFinishedSpans().map(({ name, attributes }) => {
    expect(attributes['db.operation.name']).toBe(name)
    return [name, attributes['db.operation.batch.size']]
  })
  expect(told).toEqual([
    ['PIPELINE SET', 3],
    ['PIPELINE', 2],
    ['GET', undefined],
    ['MULTI INCR', 2],
    ['MULTI INCR', undefined],
  ])
})

/** What an application's SDK registers. */
class TestContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  active = () => this.#storage.getStore() ?? ROOT_CONTEXT
  with: ContextManager['with'] = (active, work, self, ...args) =>
    this.#storage.run(active, () => work.apply(self as never, args))
  bind: ContextManager['bind'] = (active, target) =>
    typeof target === 'function'
      ? (((...args: unknown[]) =>
          this.#storage.run(active, () => target(...args))) as typeof target)
      : target
  enable = () => this
  disable = () => this
}

test('a command within a request is a part of its span, and no span if that is not sampled', async () => {
  const exporter = new InMemorySpanExporter()
  const spanProcessors = [new SimpleSpanProcessor(exporter)]
  const tracerProvider = new BasicTracerProvider({ spanProcessors })
  const unsampled = new BasicTracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('app')
  context.setGlobalContextManager(new TestContextManager())
  using _instrumentation = instrumentDisredis({
    tracerProvider,
    meterProvider: false,
    requireParentSpan: true,
  })
  try {
    await using redis = await Disredis.connect(fleet.sentinels)
    const request = tracerProvider.getTracer('app').startSpan('request')
    await context.with(trace.setSpan(ROOT_CONTEXT, request), () => redis.get('inside'))
    const ignored = trace.setSpan(ROOT_CONTEXT, unsampled.startSpan('request'))
    await context.with(ignored, () => redis.set('not', 'sampled'))
    await redis.incr('outside')
    const [get, ...others] = exporter.getFinishedSpans()
    expect(others).toEqual([])
    expect(get).toMatchObject({
      name: 'GET',
      parentSpanContext: { spanId: request.spanContext().spanId },
    })
  } finally {
    context.disable()
  }
})

test('a metric producer exports the same, added up', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  using producer = new CommandMetricProducer()
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    metricProducers: [producer],
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  using _instrumentation = instrumentDisredis({ tracerProvider: false, meterProvider })
  await using redis = await Disredis.connect(fleet.sentinels)
  for (let i = 0; i < 100; i++) await redis.set(`k:${i}`, 'v')
  await redis.pipeline().get('a').get('b').exec()
  await expect(redis.lpush('k:1', 'v')).rejects.toThrow('WRONGTYPE')
  await reader.forceFlush()
  const points = exporter
    .getMetrics()[0]!
    .scopeMetrics.map(({ metrics }) =>
      metrics
        .filter(({ descriptor }) => descriptor.name === 'db.client.operation.duration')
        .flatMap(({ dataPoints }) => dataPoints as DataPoint<Histogram>[]),
    )
    .map((ofScope) =>
      ofScope
        .map(({ attributes, value }) => ({
          attributes,
          count: value.count,
          sum: value.sum ?? 0,
        }))
        .sort((a, b) => JSON.stringify(a.attributes).localeCompare(JSON.stringify(b.attributes))),
    )
  const [bySdk, byProducer] = points as [(typeof points)[0], (typeof points)[0]]
  expect(byProducer.map(({ count, attributes }) => [count, attributes])).toEqual(
    bySdk.map(({ count, attributes }) => [count, attributes]),
  )
  for (const [i, { sum }] of byProducer.entries()) expect(sum).toBeCloseTo(bySdk[i]!.sum, 9)
  expect(byProducer.map(({ attributes }) => attributes['db.operation.name'])).toEqual(
    expect.arrayContaining(['SET', 'PIPELINE GET', 'LPUSH']),
  )
  await meterProvider.shutdown()
})

test('durations are in seconds, of commands and of failovers', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  using _instrumentation = instrumentDisredis({ tracerProvider: false, meterProvider })
  await using redis = await Disredis.connect(fleet.sentinels)
  await redis.set('k', 'v')
  const completed = new Promise((resolve) => redis.once('failoverCompleted', resolve))
  await fleet.failover('shard-1')
  await completed
  await reader.forceFlush()
  const found = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  const histogram = (name: string) => {
    const metric = found.find(({ descriptor }) => descriptor.name === name)!
    const [point] = metric.dataPoints as unknown as {
      attributes: Record<string, string>
      value: { count: number; sum: number }
    }[]
    return { unit: metric.descriptor.unit, ...point! }
  }
  expect(histogram('db.client.operation.duration')).toMatchObject({
    unit: 's',
    attributes: { 'db.operation.name': 'SET' },
    value: { count: 1, sum: expect.toSatisfy((sum: number) => sum > 0 && sum < 5) },
  })
  expect(histogram('disredis.failover.duration')).toMatchObject({
    unit: 's',
    attributes: { 'disredis.shard': 'shard-1' },
    value: { count: 1, sum: expect.toSatisfy((sum: number) => sum > 0 && sum < 60) },
  })
  await meterProvider.shutdown()
  await fleet.waitForSync('shard-1')
})

test('prom-client exports commands, events and queues, and forgets them at the end', async () => {
  const register = new Registry()
  await using redis = new Disredis({ sentinels: fleet.sentinels, lazyConnect: true })
  const collection = collectDisredisMetrics({ register, clients: [redis] })
  await redis.connect()
  await redis.set('k', 'v')
  await expect(redis.incr('k')).rejects.toThrow()
  const completed = new Promise((resolve) => redis.once('failoverCompleted', resolve))
  await fleet.failover('shard-2')
  await completed
  const text = await register.metrics()
  const { shard } = redis.explain('k')
  const count = 'disredis_command_duration_seconds_count'
  expect(text).toContain(`${count}{command="set",shard="${shard}",outcome="ok"} 1`)
  expect(text).toContain(`${count}{command="incr",shard="${shard}",outcome="ERR"} 1`)
  expect(text).toContain('disredis_events_total{event="failoverCompleted",shard="shard-2"} 1')
  expect(text).toContain('disredis_failover_duration_seconds_count{shard="shard-2"} 1')
  expect(text).toContain('disredis_queue_commands{shard="shard-1"} 0')
  expect(text).toContain('disredis_shard_serving{shard="shard-2"} 1')
  expect(text).toContain('disredis_sentinels_connected{state="connected"} 3')
  collection[Symbol.dispose]()
  expect(await register.metrics()).toBe('\n')
})
