import type { FleetOptions } from '@disredis/fleet'

/** What a caller is told where nobody can know whether a write was executed. */
export const unknown = ['OutcomeUnknownError'] as const

/** What callers are told at their deadline. */
export const bounded = ['OutcomeUnknownError', 'CommandTimeoutError', 'ShardDownError'] as const

/** Lines of `dataConfig`: data outlives kill -9: the log is written before the reply. */
export const durable = ['appendonly yes', 'appendfsync no'] as const

/** No failover that nobody asked for, however busy the machine is. */
export const calm: Pick<FleetOptions, 'downAfter'> = { downAfter: 20_000 }

/** Sentinel as slow as in production, but with restarted masters back as replicas in a second. */
export const quick: Pick<FleetOptions, 'sentinelTimers'> = {
  sentinelTimers: { 'info-period': 200, 'publish-period': 200 },
}
