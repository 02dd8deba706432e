import type { CommandMessage } from '@disredis/client'
import type { Attributes, HrTime } from '@opentelemetry/api'
import type {
  CollectionResult,
  DataPoint,
  Histogram,
  HistogramMetricData,
  MetricData,
  MetricProducer,
  SumMetricData,
} from '@opentelemetry/sdk-metrics'
import { listenToCommands } from '../command-channel.js'
import { CommandSeries } from '../command-series.js'
import { ShardDirectory } from '../shard-directory.js'
import { attributesOf, failureOf } from './command-attributes.js'
import {
  commandDuration,
  durationBuckets,
  failoverAborted,
  failoverBuckets,
  failoverDuration,
  scope,
} from './descriptors.js'
import { HistogramState } from './histogram-state.js'

/** The SDK's own limit for the sets of attributes of a metric. */
const cardinalityLimit = 2000
const overflow: Attributes = { 'otel.metric.overflow': true }

/**
 * The metrics of `instrumentDisredis`, added up here and handed to the SDK when it exports, not one by one:
 * for many thousands of commands a second. Give it to the metric reader:
 *
 * ```ts
 * new PeriodicExportingMetricReader({ exporter, metricProducers: [new CommandMetricProducer()] })
 * ```
 *
 * It hears of all clients of this process that connect after it was made. Its temporality is cumulative,
 * whatever the exporter prefers, and views do not concern it.
 */
export class CommandMetricProducer implements MetricProducer, Disposable {
  readonly #startTime = now()
  readonly #commands = new Map<string, HistogramState>()
  readonly #failovers = new Map<string, HistogramState>()
  readonly #aborted = new Map<string, { readonly attributes: Attributes; value: number }>()
  readonly #directory: ShardDirectory
  readonly #series: CommandSeries<HistogramState>
  readonly #stop: () => void

  constructor() {
    this.#series = new CommandSeries((message) => this.#stateOf(message))
    this.#directory = new ShardDirectory(({ name, event }) => {
      this.#series.forget()
      if (name === 'failoverCompleted') {
        const attributes = { 'disredis.shard': event.shard }
        stateIn(this.#failovers, attributes, failoverBuckets).record(event.duration / 1000)
      } else if (name === 'failoverAborted') {
        const { shard } = event
        const count = this.#aborted.get(shard) ?? {
          attributes: { 'disredis.shard': shard },
          value: 0,
        }
        count.value++
        this.#aborted.set(shard, count)
      }
    })
    this.#stop = listenToCommands((message) => {
      if (!message.isInPipeline) this.#series.get(message).record(message.duration / 1000)
    })
  }

  /** Called by the reader. */
  async collect(): Promise<CollectionResult> {
    const metrics: MetricData[] = [
      this.#histogram(commandDuration, this.#commands),
      this.#histogram(failoverDuration, this.#failovers),
      this.#sum(),
    ].filter(({ dataPoints }) => dataPoints.length > 0)
    // The reader takes the resource of the SDK.
    const resource = {} as CollectionResult['resourceMetrics']['resource']
    return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] }, errors: [] }
  }

  /** It hears no more; what it has heard stays. */
  [Symbol.dispose](): void {
    this.#stop()
    this.#directory.close()
  }

  #stateOf(message: CommandMessage): HistogramState {
    const { error } = message
    const attributes = attributesOf(message, this.#directory)
    if (error !== undefined) Object.assign(attributes, failureOf(error))
    return stateIn(this.#commands, attributes, durationBuckets)
  }

  #histogram(
    descriptor: typeof commandDuration | typeof failoverDuration,
    states: ReadonlyMap<string, HistogramState>,
  ): HistogramMetricData {
    const dataPoints = [...states.values()].map((state) =>
      this.#point<Histogram>(state.attributes, state.snapshot()),
    )
    return { ...this.#data(descriptor), dataPointType: 0, dataPoints }
  }

  #sum(): SumMetricData {
    const dataPoints = [...this.#aborted.values()].map(({ attributes, value }) =>
      this.#point(attributes, value),
    )
    return { ...this.#data(failoverAborted), dataPointType: 3, dataPoints, isMonotonic: true }
  }

  /** Numbers for the enumerations of the SDK, which is not loaded here: cumulative, double. */
  #data<Descriptor>(descriptor: Descriptor) {
    return { descriptor: { ...descriptor, valueType: 1 }, aggregationTemporality: 1 }
  }

  #point<Value>(attributes: Attributes, value: Value): DataPoint<Value> {
    return { startTime: this.#startTime, endTime: now(), attributes, value }
  }
}

function stateIn(
  states: Map<string, HistogramState>,
  given: Attributes,
  buckets: readonly number[],
): HistogramState {
  const isFull = states.size >= cardinalityLimit
  const key = JSON.stringify(given)
  const known = states.get(key)
  if (known !== undefined) return known
  if (isFull && given !== overflow) return stateIn(states, overflow, buckets)
  const state = new HistogramState(given, buckets)
  states.set(key, state)
  return state
}

function now(): HrTime {
  const ms = Date.now()
  return [Math.floor(ms / 1000), (ms % 1000) * 1_000_000]
}
