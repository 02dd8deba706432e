import type { CommandMessage } from '@disredis/client'
import {
  type Attributes,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
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

export interface InstrumentOptions {
  /** Default: the global one. `false`: no spans. */
  readonly tracerProvider?: TracerProvider | false
  /** Default: the global one. `false`: no metrics. */
  readonly meterProvider?: MeterProvider | false
  /**
   * No span for a command that is called outside of any other span: spans of commands alone say little, and
   * cost much. Default `false`.
   */
  readonly requireParentSpan?: boolean
}

/**
 * Spans and metrics of every client in this process, by OpenTelemetry's semantic conventions for
 * databases. A command is timed from the moment at which it is written to a socket: what waits for a
 * master is seen in `disredis.failover.duration`. No argument of a command is recorded.
 *
 * A command within a span that is not sampled has no span, and costs next to nothing. For many thousands
 * of commands a second take `CommandMetricProducer` in place of its metrics.
 *
 * @returns what ends it
 */
export function instrumentDisredis(options: InstrumentOptions = {}): Disposable {
  const { requireParentSpan = false } = options
  const tracer =
    options.tracerProvider === false
      ? undefined
      : (options.tracerProvider ?? trace.getTracerProvider()).getTracer(scope.name)
  const meter =
    options.meterProvider === false
      ? undefined
      : (options.meterProvider ?? metrics.getMeterProvider()).getMeter(scope.name)
  const durations = meter?.createHistogram(commandDuration.name, {
    ...commandDuration,
    advice: { explicitBucketBoundaries: [...durationBuckets] },
  })
  const failovers = meter?.createHistogram(failoverDuration.name, {
    ...failoverDuration,
    advice: { explicitBucketBoundaries: [...failoverBuckets] },
  })
  const aborted = meter?.createCounter(failoverAborted.name, failoverAborted)
  const directory = new ShardDirectory(({ name, event }) => {
    series.forget()
    if (name === 'failoverCompleted') {
      failovers?.record(event.duration / 1000, { 'disredis.shard': event.shard })
    } else if (name === 'failoverAborted') {
      aborted?.add(1, { 'disredis.shard': event.shard })
    }
  })
  const series = new CommandSeries<Attributes>((message) => attributesOf(message, directory))
  const spans = new WeakMap<CommandMessage, Span>()
  const started = (message: CommandMessage) => {
    if (message.isInPipeline) return
    const parent = trace.getActiveSpan()
    // Whoever decided not to sample the request did not want its parts either.
    if (parent === undefined ? requireParentSpan : !parent.isRecording()) return
    const attributes = series.get(message)
    const name = String(attributes['db.operation.name'])
    spans.set(message, tracer!.startSpan(name, { kind: SpanKind.CLIENT, attributes }))
  }
  const ended = (message: CommandMessage) => {
    if (message.isInPipeline) return
    const { error, duration } = message
    if (durations !== undefined) {
      const attributes = series.get(message)
      durations.record(
        duration / 1000,
        error === undefined ? attributes : { ...attributes, ...failureOf(error) },
      )
    }
    const span = tracer && spans.get(message)
    if (span === undefined) return
    if (error !== undefined) {
      span.setAttributes(failureOf(error))
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end()
  }
  const stop = listenToCommands(ended, tracer && started)
  return {
    [Symbol.dispose]() {
      stop()
      directory.close()
    },
  }
}
