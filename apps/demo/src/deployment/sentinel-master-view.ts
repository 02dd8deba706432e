import { type Address, formatAddress, isSameAddress } from '@disredis/sentinel'
import type { Redis } from 'ioredis'

/** What one Sentinel says of one master. */
export interface MasterView {
  readonly master: Address
  readonly configEpoch: number
  readonly flags: string
  readonly replicas: readonly ReplicaView[]
}

export interface ReplicaView {
  readonly address: Address
  readonly flags: string
  /** Whom it replicates, by its own INFO. */
  readonly master: Address
  readonly isLinkUp: boolean
  /** `slave`, or `master` for up to 10 s after it became a replica. */
  readonly role: string
}

/** @throws Error if the Sentinel does not know the master. */
export async function readMasterView(redis: Redis, name: string): Promise<MasterView> {
  const [address, master, replicas] = await Promise.all([
    redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name) as Promise<[string, string] | null>,
    redis.call('SENTINEL', 'MASTER', name) as Promise<unknown>,
    redis.call('SENTINEL', 'REPLICAS', name) as Promise<readonly unknown[]>,
  ])
  if (address === null) throw new Error(`It does not know the master ${name}.`)
  const fields = fieldsOf(master)
  return {
    master: { host: address[0], port: Number(address[1]) },
    configEpoch: Number(fields.get('config-epoch')),
    flags: fields.get('flags') ?? '',
    replicas: replicas.map(fieldsOf).map((replica) => ({
      address: addressIn(replica, 'ip', 'port'),
      flags: replica.get('flags') ?? '',
      master: addressIn(replica, 'master-host', 'master-port'),
      isLinkUp: replica.get('master-link-status') === 'ok',
      role: replica.get('role-reported') ?? '',
    })),
  }
}

/**
 * Why a failover could not begin or is not over yet; undefined when the shard is whole. Replicas
 * that are down do not count, as long as one is there.
 *
 * Every Sentinel must have heard from the replica itself that it is one: a Sentinel that still takes
 * a restored master for a master turns it into a replica again while another one promotes it.
 */
export function whyNotWhole(views: readonly MasterView[]): string | undefined {
  const [first] = views
  if (first === undefined) return 'no Sentinel answers'
  for (const { master, flags, replicas } of views) {
    if (!isSameAddress(master, first.master)) {
      return `the Sentinels name ${formatAddress(first.master)} and ${formatAddress(master)}`
    }
    if (flags !== 'master') return `${formatAddress(master)} has flags ${flags}`
    const running = replicas.filter((replica) => !/s_down|disconnected/.test(replica.flags))
    if (running.length === 0) return `${formatAddress(master)} has no replica that runs`
    const late = running.find(
      ({ isLinkUp, role, ...replica }) =>
        !isLinkUp || role !== 'slave' || !isSameAddress(replica.master, master),
    )
    if (late !== undefined) return `${formatAddress(late.address)} is not in sync`
  }
  return undefined
}

/** A flat list of names and values, in any order. */
function fieldsOf(reply: unknown): Map<string, string> {
  const list = Array.isArray(reply) ? reply.map(String) : []
  const fields = new Map<string, string>()
  for (let i = 0; i + 1 < list.length; i += 2) fields.set(list[i] ?? '', list[i + 1] ?? '')
  return fields
}

function addressIn(fields: Map<string, string>, host: string, port: string): Address {
  return { host: fields.get(host) ?? '', port: Number(fields.get(port)) }
}
