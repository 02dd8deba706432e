import type { Disredis } from '@disredis/client'
import { Counter, Gauge, Histogram, type Registry, register } from 'prom-client'
import { cacheFigureByShard, cacheFigures } from '../cache-figures.js'
import { errorCodeOf, listenToCommands } from '../command-channel.js'
import { CommandSeries } from '../command-series.js'
import { ShardDirectory } from '../shard-directory.js'

export interface CollectOptions {
  /** Default: prom-client's own. */
  readonly register?: Registry
  /** Their queues, phases, Sentinels and near caches are read at each scrape. */
  readonly clients?: readonly Disredis[]
}

/** Seconds; Redis answers in tenths of a millisecond, a failover takes seconds. */
const commandBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10,
]
const failoverBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60]

/**
 * Metrics of every client in this process, for prom-client. No argument of a command is in them; labels
 * are the command's name, the shard and the outcome.
 *
 * @returns what ends it and takes the metrics out of the registry
 */
export function collectDisredisMetrics(options: CollectOptions = {}): Disposable {
  const { clients = [] } = options
  const registers = [options.register ?? register]
  const commands = new Histogram({
    name: 'disredis_command_duration_seconds',
    help: 'From the write of a command to its reply.',
    labelNames: ['command', 'shard', 'outcome'],
    buckets: commandBuckets,
    registers,
  })
  const failovers = new Histogram({
    name: 'disredis_failover_duration_seconds',
    help: 'From the loss or the announcement of a failover to the next master that serves.',
    labelNames: ['shard'],
    buckets: failoverBuckets,
    registers,
  })
  const events = new Counter({
    name: 'disredis_events_total',
    help: 'Events of the clients: failoverStarted, failoverCompleted, shardDown, ...',
    labelNames: ['event', 'shard'],
    registers,
  })
  const read = [...makeHealthGauges(clients, registers), ...makeCacheMetrics(clients, registers)]
  const directory = new ShardDirectory(({ name, event }) => {
    series.forget()
    if (name === 'topologyChanged') return
    events.inc({ event: name, shard: event.shard })
    if (name === 'failoverCompleted')
      failovers.observe({ shard: event.shard }, event.duration / 1000)
  })
  const own = [
    'disredis_command_duration_seconds',
    'disredis_failover_duration_seconds',
    'disredis_events_total',
  ]
  const series = new CommandSeries(({ command, address, error }) =>
    commands.labels({
      command,
      shard: (address && directory.shardAt(address.host, address.port)) ?? 'unknown',
      outcome: error === undefined ? 'ok' : errorCodeOf(error),
    }),
  )
  const stop = listenToCommands((message) => {
    // Of a pipeline each command counts.
    if (message.address !== undefined) series.get(message).observe(message.duration / 1000)
  })
  return {
    [Symbol.dispose]() {
      stop()
      directory.close()
      const names = [...read, ...own]
      for (const one of registers) for (const name of names) one.removeSingleMetric(name)
    },
  }
}

/** @returns their names; none, if no client has a near cache */
function makeCacheMetrics(clients: readonly Disredis[], registers: Registry[]): readonly string[] {
  if (clients.every((client) => client.health().cache === undefined)) return []
  return cacheFigures.map((figure) => {
    const isTotal = figure.kind === 'total'
    const ending = isTotal ? '_total' : figure.unit === 's' ? '_seconds' : ''
    const name = `disredis_cache_${figure.name}${ending}`
    const metric = new (isTotal ? Counter : Gauge)({
      name,
      help: figure.help,
      labelNames: ['shard'],
      registers,
      collect() {
        metric.reset()
        for (const [shard, value] of cacheFigureByShard(figure, clients))
          metric.inc({ shard }, value)
      },
    })
    return name
  })
}

/** @returns their names */
function makeHealthGauges(clients: readonly Disredis[], registers: Registry[]): readonly string[] {
  type Shard = ReturnType<Disredis['health']>['shards'][number]
  const perShard = (name: string, help: string, value: (shard: Shard) => number): string => {
    new Gauge({
      name,
      help,
      labelNames: ['shard'],
      registers,
      collect() {
        this.reset()
        for (const shard of clients.flatMap((client) => client.health().shards)) {
          this.inc({ shard: shard.shard }, value(shard))
        }
      },
    })
    return name
  }
  const connected = 'disredis_sentinels_connected'
  new Gauge({
    name: connected,
    help: 'Sentinels that a client is connected to, and those that it has lost.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset()
      for (const { isConnected } of clients.flatMap((client) => client.health().sentinels)) {
        this.inc({ state: isConnected ? 'connected' : 'lost' })
      }
    },
  })
  return [
    connected,
    perShard(
      'disredis_queue_commands',
      'Commands that wait for a master.',
      ({ queue }) => queue.commands,
    ),
    perShard(
      'disredis_queue_bytes',
      'Bytes of arguments that wait for a master.',
      ({ queue }) => queue.bytes,
    ),
    perShard(
      'disredis_in_flight_commands',
      'Commands whose reply is pending.',
      ({ inFlight }) => inFlight,
    ),
    perShard('disredis_shard_serving', 'Clients for which the shard serves.', ({ phase }) =>
      Number(phase === 'ready' || phase === 'gated'),
    ),
  ]
}
