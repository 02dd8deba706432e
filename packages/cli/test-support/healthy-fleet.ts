import { type Fleet, type FleetOptions, startFleet } from '@disredis/fleet'

const password = 'a password of the tests'

/** Logs the CLI in as a user that may do everything. */
export const access = {
  DISREDIS_USERNAME: 'app',
  DISREDIS_PASSWORD: password,
  DISREDIS_SENTINEL_USERNAME: 'app',
  DISREDIS_SENTINEL_PASSWORD: password,
}

/**
 * A deployment in which the doctor finds nothing: three hosts, by the addresses of the loopback
 * network, each with a Sentinel; masters and replicas on different ones. Failovers nobody asked for
 * are out: `downAfter` is long.
 */
export function startHealthyFleet(options: FleetOptions = {}): Promise<Fleet> {
  return startFleet({
    masters: 2,
    replicas: 1,
    sentinels: 3,
    downAfter: 5000,
    failoverTimeout: 60_000,
    username: 'app',
    password,
    sentinelUsername: 'app',
    sentinelPassword: password,
    bind: {
      masters: '127.0.0.1',
      replicas: '127.0.0.2',
      sentinels: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
    },
    ...options,
    dataConfig: [
      'appendonly yes',
      'appendfsync no',
      // What tests write in a moment is much for a minute.
      'repl-backlog-size 200mb',
      ...(options.dataConfig ?? []),
    ],
  })
}
