// CPU per GET at 50 at a time, with nobody listening and with each reader of @disredis/telemetry:
//   npx turbo run build --filter=@disredis/telemetry... && node benchmarks/telemetry.mjs [operations]
import { Disredis } from '@disredis/client'
import { startFleet } from '@disredis/fleet'
import { CommandMetricProducer, instrumentDisredis } from '@disredis/telemetry/opentelemetry'
import { collectDisredisMetrics } from '@disredis/telemetry/prometheus'
import { metrics, trace } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { Registry } from 'prom-client'

const operations = Number(process.argv[2] ?? 100_000)
const rounds = 11
const callers = 50

class QuietReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const quietExporter = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => {},
  forceFlush: async () => {},
}
const tracing = (sampler) => {
  const tracerProvider = new BasicTracerProvider({
    ...(sampler && { sampler }),
    spanProcessors: [new BatchSpanProcessor(quietExporter)],
  })
  return instrumentDisredis({ tracerProvider, meterProvider: false })
}

/** @type {Record<string, () => Disposable>} */
const readers = {
  nobody: () => ({ [Symbol.dispose]() {} }),
  CommandMetricProducer: () => new CommandMetricProducer(),
  'prom-client': () => collectDisredisMetrics({ register: new Registry() }),
  'histogram of the SDK': () =>
    instrumentDisredis({
      tracerProvider: false,
      meterProvider: new MeterProvider({ readers: [new QuietReader()] }),
    }),
  'spans, 1 % sampled': () => tracing(new TraceIdRatioBasedSampler(0.01)),
  'spans within spans only': () =>
    instrumentDisredis({
      tracerProvider: new BasicTracerProvider(),
      meterProvider: false,
      requireParentSpan: true,
    }),
  'every span': () => tracing(undefined),
}

const fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1 })
const redis = await Disredis.connect(fleet.sentinels)
await redis.set('key', 'value')

async function costOf(reader) {
  const subscribed = reader()
  const work = async (count) => {
    for (let i = 0; i < count; i++) await redis.get('key')
  }
  const run = (total) =>
    Promise.all(Array.from({ length: callers }, () => work(Math.ceil(total / callers))))
  await run(operations / 10)
  const before = process.cpuUsage()
  await run(operations)
  const { user, system } = process.cpuUsage(before)
  subscribed[Symbol.dispose]()
  return (user + system) / operations
}

const costs = new Map(Object.keys(readers).map((name) => [name, []]))
// In turn, so that a busy moment of the machine is nobody's alone.
for (let round = 0; round < rounds; round++) {
  for (const [name, reader] of Object.entries(readers)) costs.get(name).push(await costOf(reader))
}
// What disturbs only adds: the least of each is the nearest to the truth.
const base = Math.min(...costs.get('nobody'))
for (const [name, values] of costs) {
  const cost = Math.min(...values)
  const share = (100 * (cost - base)) / base
  console.log(
    `${name.padEnd(24)} ${cost.toFixed(2)} µs  ${share >= 0 ? '+' : ''}${share.toFixed(0)} %`,
  )
}
await redis.close()
await fleet.close()

// What OpenTelemetry's SDK takes by itself for one command.
const attributes = { 'db.system.name': 'redis', 'db.operation.name': 'GET', 'server.port': 6379 }
const alone = (name, work) => {
  const costs = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < operations; i++) work()
    const { user, system } = process.cpuUsage(before)
    costs.push((user + system) / operations)
  }
  console.log(`${name.padEnd(24)} ${Math.min(...costs).toFixed(2)} µs`)
}
const meter = new MeterProvider({ readers: [new QuietReader()] }).getMeter('alone')
const histogram = meter.createHistogram('alone')
alone('SDK: one record', () => histogram.record(0.001, attributes))
const tracer = new BasicTracerProvider({
  spanProcessors: [new BatchSpanProcessor(quietExporter)],
}).getTracer('alone')
alone('SDK: one span', () => tracer.startSpan('GET', { attributes }).end())
trace.disable()
metrics.disable()
