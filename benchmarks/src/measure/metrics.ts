export type Metric =
  | 'operationsPerSecond'
  | 'cpuMicroseconds'
  | 'p50Microseconds'
  | 'p99Microseconds'
  | 'coldMilliseconds'
  | 'warmMilliseconds'
  | 'heapKibibytes'
  | 'residentKibibytes'
  | 'heapKibibytesPerShard'
  | 'lookupNanoseconds'
  | 'hitNanoseconds'
  | 'staleReads'

/** What one round measured. */
export type Sample = Readonly<Partial<Record<Metric, number>>>

export interface MetricDescription {
  readonly label: string
  readonly unit: string
  readonly better: 'higher' | 'lower'
  readonly fractionDigits: number
}

export const metrics: Readonly<Record<Metric, MetricDescription>> = {
  operationsPerSecond: { label: 'ops/s', unit: 'ops/s', better: 'higher', fractionDigits: 0 },
  cpuMicroseconds: { label: 'CPU µs/op', unit: 'µs', better: 'lower', fractionDigits: 2 },
  p50Microseconds: { label: 'p50 µs', unit: 'µs', better: 'lower', fractionDigits: 0 },
  p99Microseconds: { label: 'p99 µs', unit: 'µs', better: 'lower', fractionDigits: 0 },
  coldMilliseconds: { label: 'cold ms', unit: 'ms', better: 'lower', fractionDigits: 1 },
  warmMilliseconds: { label: 'warm ms', unit: 'ms', better: 'lower', fractionDigits: 2 },
  heapKibibytes: { label: 'heap KiB/client', unit: 'KiB', better: 'lower', fractionDigits: 0 },
  residentKibibytes: { label: 'RSS KiB/client', unit: 'KiB', better: 'lower', fractionDigits: 0 },
  heapKibibytesPerShard: {
    label: 'heap KiB/shard',
    unit: 'KiB',
    better: 'lower',
    fractionDigits: 1,
  },
  hitNanoseconds: { label: 'ns/hit', unit: 'ns', better: 'lower', fractionDigits: 0 },
  staleReads: { label: 'stale/million', unit: '', better: 'lower', fractionDigits: 0 },
  lookupNanoseconds: { label: 'ns/lookup', unit: 'ns', better: 'lower', fractionDigits: 0 },
}
