/** Of all that is measured here. */
export const scope = { name: '@disredis/telemetry' } as const

/** Of the database semantic conventions, seconds. */
export const durationBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] as const

/** Seconds: a failover takes some of them. */
export const failoverBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60] as const

export const commandDuration = {
  name: 'db.client.operation.duration',
  unit: 's',
  description: 'Duration of database client operations.',
} as const

export const failoverDuration = {
  name: 'disredis.failover.duration',
  unit: 's',
  description: 'From the loss or the announcement of a failover to the next master that serves.',
} as const

export const failoverAborted = {
  name: 'disredis.failover.aborted',
  unit: '{failover}',
  description: 'Failovers that were given up.',
} as const
