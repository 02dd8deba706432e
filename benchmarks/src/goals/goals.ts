import { cacheCase } from '../suites/cache.js'
import { multiKeyCase } from '../suites/multi-key.js'
import { shardsCase } from '../suites/shards.js'
import { throughputCase } from '../suites/throughput.js'
import { type Goal, leadOverPeers, ratio, value } from './goal.js'

const ours = 'disredis'
const at = (callers: number) => throughputCase(100, callers)

function atLeast(limit: number, title: string, measure: Goal['measure']): Goal {
  return { title, comparison: '>=', limit, unit: '', measure }
}

function atMost(limit: number, title: string, measure: Goal['measure'], unit = ''): Goal {
  return { title, comparison: '<=', limit, unit, measure }
}

const speed = (callers: number, over: string) =>
  ratio(at(callers), 'operationsPerSecond', ours, over)

const cpuOfShards = (callers: number) =>
  ratio(shardsCase(callers), 'cpuMicroseconds', `${ours}@32`, `${ours}@3`)

/** What the project set out to reach, on two cores, with 3 shards and values of 100 B. */
export const goals: readonly Goal[] = [
  atLeast(1, 'ops/s against ioredis on one master, C=1', speed(1, 'ioredis')),
  atLeast(1.4, 'ops/s against ioredis on one master, C=50', speed(50, 'ioredis')),
  atLeast(2, 'ops/s against ioredis on one master, C=500', speed(500, 'ioredis')),
  atLeast(5, 'ops/s against node-redis createSentinel, C=50', speed(50, 'node-redis-sentinel')),
  atLeast(3, 'ops/s against sharding by hand, C=500', speed(500, 'hand-sharded')),
  atLeast(
    1,
    'ops/s against the fastest peer, C=50',
    leadOverPeers(at(50), 'operationsPerSecond', ours),
  ),
  atLeast(
    1,
    'ops/s against the fastest peer, C=500',
    leadOverPeers(at(500), 'operationsPerSecond', ours),
  ),
  atLeast(0.6, 'ops/s against the raw-socket ceiling, C=500', speed(500, 'raw-sockets')),
  atLeast(0.9, 'ops/s against the raw-socket ceiling, C=5000', speed(5_000, 'raw-sockets')),
  atLeast(0.9, 'ops/s against the raw-socket ceiling, C=10000', speed(10_000, 'raw-sockets')),
  atMost(
    1,
    'p99 against ioredis on one master, C=50',
    ratio(at(50), 'p99Microseconds', ours, 'ioredis'),
  ),
  atMost(
    120,
    'key to shard, 20 characters, 3 shards',
    value('ring', 'lookupNanoseconds', `${ours}@3`),
    'ns',
  ),
  atMost(
    120,
    'key to shard, 20 characters, 64 shards',
    value('ring', 'lookupNanoseconds', `${ours}@64`),
    'ns',
  ),
  atMost(
    1.5,
    'median time of an MGET of 100 keys against ioredis on one master, C=1',
    ratio(multiKeyCase('mget', 100, 1), 'p50Microseconds', ours, 'ioredis'),
  ),
  atMost(1.3, 'CPU per operation of 32 shards against 3, C=500', cpuOfShards(500)),
  atMost(1.3, 'CPU per operation of 32 shards against 3, C=50', cpuOfShards(50)),
  atMost(
    300,
    'a hit of the near cache, 100 B',
    value(cacheCase.hit, 'hitNanoseconds', 'disredis-cached'),
    'ns',
  ),
  atMost(
    0.1,
    "a hit of the near cache against node-redis's",
    ratio(cacheCase.hit, 'hitNanoseconds', 'disredis-cached', 'node-redis-cached'),
  ),
  atLeast(
    3,
    'reads at 90 % hits against uncached ones, C=50',
    ratio(cacheCase.reads(90), 'operationsPerSecond', 'disredis-cached', 'disredis'),
  ),
  atMost(
    1.15,
    'the time of a miss against a plain read, C=1',
    ratio(cacheCase.reads(0, 1), 'p50Microseconds', 'disredis-cached', 'disredis'),
  ),
  atMost(
    1.15,
    'the time of a miss against a plain read, C=50',
    ratio(cacheCase.reads(0), 'p50Microseconds', 'disredis-cached', 'disredis'),
  ),
]
