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
import {
  type CommandMessage,
  errorCodeOf,
  isServerError,
  listenToCommands,
} from '../command-channel.js'
import { ShardDirectory } from '../shard-directory.js'

export interface InstrumentOptions {
  /** Default: the global one. `false`: no spans. */
  readonly tracerProvider?: TracerProvider | false
  /** Default: the global one. `false`: no metrics. */
  readonly meterProvider?: MeterProvider | false
}

/** Of the database semantic conventions, seconds. */
const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
const scope = '@disredis/telemetry'

interface UnderWay {
  readonly attributes: Attributes
  readonly startedAt: number
  readonly span: Span | undefined
}

/**
 * Spans and metrics of every client in this process, by OpenTelemetry's semantic conventions for
 * databases. A command is timed from the moment at which it is written to a socket: what waits for a
 * master is seen in `disredis.failover.duration`. No argument of a command is recorded.
 *
 * @returns what ends it
 */
export function instrumentDisredis(options: InstrumentOptions = {}): Disposable {
  const tracer =
    options.tracerProvider === false
      ? undefined
      : (options.tracerProvider ?? trace.getTracerProvider()).getTracer(scope)
  const meter =
    options.meterProvider === false
      ? undefined
      : (options.meterProvider ?? metrics.getMeterProvider()).getMeter(scope)
  const durations = meter?.createHistogram('db.client.operation.duration', {
    unit: 's',
    description: 'Duration of database client operations.',
    advice: { explicitBucketBoundaries: buckets },
  })
  const failovers = meter?.createHistogram('disredis.failover.duration', {
    unit: 's',
    description: 'From the loss or the announcement of a failover to the next master that serves.',
  })
  const aborted = meter?.createCounter('disredis.failover.aborted', {
    unit: '{failover}',
    description: 'Failovers that were given up.',
  })
  const directory = new ShardDirectory(({ name, event }) => {
    if (name === 'failoverCompleted') {
      failovers?.record(event.duration / 1000, { 'disredis.shard': event.shard })
    } else if (name === 'failoverAborted') {
      aborted?.add(1, { 'disredis.shard': event.shard })
    }
  })
  const underWay = new WeakMap<CommandMessage, UnderWay>()
  const stop = listenToCommands({
    started(message) {
      const attributes = attributesOf(message, directory)
      const span = tracer?.startSpan(String(attributes['db.operation.name']), {
        kind: SpanKind.CLIENT,
        attributes,
      })
      underWay.set(message, { attributes, span, startedAt: performance.now() })
    },
    settled(message) {
      const begun = underWay.get(message)
      // It was written before this began to listen.
      if (begun === undefined) return
      underWay.delete(message)
      const failure = message.error === undefined ? undefined : failureOf(message.error)
      durations?.record((performance.now() - begun.startedAt) / 1000, {
        ...begun.attributes,
        ...failure,
      })
      if (failure !== undefined) {
        begun.span?.setAttributes(failure)
        begun.span?.setStatus({ code: SpanStatusCode.ERROR })
      }
      begun.span?.end()
    },
  })
  return {
    [Symbol.dispose]() {
      stop()
      directory.close()
    },
  }
}

function attributesOf(message: CommandMessage, directory: ShardDirectory): Attributes {
  const { command, database, serverAddress, serverPort } = message
  const shard = directory.shardAt(serverAddress, serverPort)
  return {
    'db.system.name': 'redis',
    'db.namespace': String(database),
    'db.operation.name': command.toUpperCase(),
    'server.address': serverAddress,
    'server.port': serverPort,
    'network.peer.address': serverAddress,
    'network.peer.port': serverPort,
    ...(shard !== undefined && {
      'disredis.shard': shard,
      'disredis.shard.state': directory.stateOf(shard),
    }),
  }
}

function failureOf(error: unknown): Attributes {
  const code = errorCodeOf(error)
  return {
    'error.type': code,
    ...(isServerError(error) && { 'db.response.status_code': code }),
  }
}
