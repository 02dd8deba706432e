import type { Address } from '@disredis/connection'
import type { FleetNode } from './fleet-node.js'
import type { Settings } from './fleet-options.js'
import { type Access, commandError, type NodeConnection } from './node-connection.js'
import type { Deadline } from './wait-for.js'

/** A Sentinel and the id that it was given in its configuration. */
export interface SentinelNode {
  readonly node: FleetNode
  readonly id: string
}

export interface WatchedMaster {
  readonly name: string
  readonly address: Address
}

/**
 * Has the Sentinels watch `masters` and introduces them to each other. A Sentinel takes a hello that
 * is published to itself as if another Sentinel had sent it: that spares the 2 s until the first one
 * would come by itself. `down-after` stays at Sentinel's 30 s until `setTimings`.
 */
export async function watchMasters(
  sentinels: readonly SentinelNode[],
  masters: readonly WatchedMaster[],
  settings: Settings,
  access: Access,
  deadline: Deadline,
): Promise<void> {
  await onEach(sentinels, deadline, 'SENTINEL MONITOR', (connection, self) =>
    masters.flatMap(({ name, address: { host, port } }) => [
      connection.call('SENTINEL', 'MONITOR', name, host, port, settings.quorum),
      connection.call(
        ...['SENTINEL', 'SET', name, 'auth-user', access.username],
        ...['auth-pass', access.password],
      ),
      ...sentinels
        .filter((other) => other !== self)
        .map(({ node, id }) => {
          const hello = [node.address.host, node.address.port, id, 0, name, host, port, 0]
          return connection.call('PUBLISH', '__sentinel__:hello', hello.join(','))
        }),
    ]),
  )
}

/** The last step of a start: until here a slow machine must not be taken for a dead master. */
export async function setTimings(
  sentinels: readonly SentinelNode[],
  masters: readonly WatchedMaster[],
  settings: Settings,
  deadline: Deadline,
): Promise<void> {
  await onEach(sentinels, deadline, 'SENTINEL SET', (connection) =>
    masters.map(({ name }) =>
      connection.call(
        ...['SENTINEL', 'SET', name],
        ...['down-after-milliseconds', settings.downAfter],
        ...['failover-timeout', settings.failoverTimeout],
      ),
    ),
  )
}

async function onEach(
  sentinels: readonly SentinelNode[],
  deadline: Deadline,
  label: string,
  send: (connection: NodeConnection, self: SentinelNode) => Promise<unknown>[],
): Promise<void> {
  await Promise.all(
    sentinels.map(async (sentinel) => {
      try {
        await sentinel.node.use(deadline, (connection) => Promise.all(send(connection, sentinel)))
      } catch (error) {
        throw commandError(sentinel.node.name, label, error)
      }
    }),
  )
}
