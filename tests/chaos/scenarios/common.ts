import type { FleetOptions } from '@disredis/fleet'
import type { WorldPlan } from '../world/world.js'

/** What a caller is told where nobody can know whether a write was executed. */
export const unknown = ['OutcomeUnknownError'] as const

/** What callers are told at their deadline. */
export const bounded = ['OutcomeUnknownError', 'CommandTimeoutError', 'ShardDownError'] as const

/** Lines of `dataConfig`: data outlives kill -9: the log is written before the reply. */
export const durable = ['appendonly yes', 'appendfsync no'] as const

/** No failover that nobody asked for, however busy the machine is. */
export const calm: Pick<FleetOptions, 'downAfter'> = { downAfter: 20_000 }

/** One master behind a proxy, where no failover is wanted. */
export const behindProxy = { fleet: calm, proxied: ['data'] } as const satisfies WorldPlan

/**
 * Sentinel as slow as in production, but with restarted masters back as replicas in seconds. Not
 * faster: Sentinels put a master that they do not expect back after 4 publish periods, and the leader
 * of a failover needs up to 1 s to see that the replica was promoted.
 */
export const quick: Pick<FleetOptions, 'sentinelTimers'> = {
  sentinelTimers: { 'info-period': 500, 'publish-period': 500 },
}
