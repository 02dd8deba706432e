import { isIP } from 'node:net'
import { formatAddress } from '@disredis/sentinel'
import type { NodeReport } from '../../snapshot/snapshot.js'
import type { Check } from '../check.js'
import { cli, isDown, nameOf, type ShardFacts } from '../facts.js'
import { isAbsent } from './sentinels.js'

/** How the Sentinels see a node of this shard. */
export function sightsOf({ opinions }: ShardFacts, node: NodeReport) {
  return opinions.flatMap(({ by, view }) =>
    [view, ...view.replicas]
      .filter((one) => formatAddress(one.address) === nameOf(node))
      .map((one) => ({ by, flags: one.flags, silentFor: 'silentFor' in one ? one.silentFor : 0 })),
  )
}

/** Nobody reaches it: neither we nor any Sentinel. */
export function isGone(shard: ShardFacts, node: NodeReport): boolean {
  return isAbsent(node) && sightsOf(shard, node).every(isDown)
}

/** The Sentinels agree on who is master, so roles can be compared with it. */
export function isSettled({ opinions }: ShardFacts): boolean {
  return new Set(opinions.map(({ view }) => formatAddress(view.address))).size === 1
}

const inFailover = ({ opinions }: ShardFacts) =>
  opinions.some(({ view }) => view.flags.includes('failover_in_progress'))

const priorityOf = (node: NodeReport) =>
  Number(node.config.get('replica-priority') ?? node.info.get('slave_priority') ?? 100)

export const layoutChecks: readonly Check[] = [
  {
    code: 'no-replica',
    severity: 'error',
    title: 'The shard has no replica: if its master dies, nothing takes over',
    *find({ shards }) {
      for (const { name, view, replicas } of shards) {
        if (view === undefined || replicas.length > 0) continue
        yield {
          subject: name,
          evidence: [`no Sentinel lists a replica of ${formatAddress(view.address)}`],
          remedy: [
            `on a server of another host: REPLICAOF ${view.address.host} ${view.address.port}, then CONFIG REWRITE`,
          ],
        }
      }
    },
  },
  {
    code: 'no-promotable-replica',
    severity: 'error',
    title: 'Sentinel can promote none of the replicas',
    *find({ shards }) {
      for (const shard of shards) {
        const { replicas, name } = shard
        if (replicas.length === 0) continue
        const reasons = replicas.map((node) => ({ node, reason: whyNotPromotable(shard, node) }))
        if (reasons.some(({ reason }) => reason === undefined)) continue
        yield {
          subject: name,
          evidence: reasons.map(({ node, reason }) => `${nameOf(node)} ${reason}`),
          remedy: [
            ...replicas
              .filter((node) => priorityOf(node) === 0)
              .map((node) => cli(node.address, 'CONFIG SET replica-priority 100')),
            'bring a replica back, or add one',
          ],
        }
      }
    },
  },
  {
    code: 'ghost-replica',
    severity: 'warning',
    title: 'A replica is gone, and Sentinel still counts on it',
    *find({ shards }) {
      for (const shard of shards) {
        for (const node of shard.replicas.filter((replica) => isGone(shard, replica))) {
          yield {
            subject: nameOf(node),
            evidence: [
              `${nameOf(node)} ${node.failure?.message}`,
              ...sightsOf(shard, node).map(
                ({ by, silentFor }) =>
                  `${by} has not heard of it for ${Math.round(silentFor / 1000)} s`,
              ),
            ],
            remedy: [
              `Start it again on ${node.address.host}; or, if it is gone for good, on one Sentinel after the other, 30 s apart:`,
              ...shard.opinions.map(({ by }) => cli(by, `SENTINEL RESET ${shard.name}`)),
            ],
          }
        }
      }
    },
  },
  {
    code: 'master-down',
    severity: 'error',
    title: 'The master is down',
    *find({ shards, snapshot }) {
      for (const shard of shards) {
        const { view } = shard
        const node = snapshot.nodes.find(
          (one) => view !== undefined && nameOf(one) === formatAddress(view.address),
        )
        if (node === undefined || !isGone(shard, node)) continue
        yield {
          subject: shard.name,
          evidence: [
            `${nameOf(node)} ${node.failure?.message}`,
            ...shard.opinions.map(({ by, view: { flags } }) => `${by} says ${flags.join(',')}`),
          ],
          remedy: [
            'If a replica is alive, Sentinel promotes it; follow it with disredis topology --watch',
            `if it does not: ${cli(shard.opinions[0]?.by ?? '', `SENTINEL FAILOVER ${shard.name}`)}`,
            `start the old master again on ${node.address.host}: it comes back as a replica`,
          ],
        }
      }
    },
  },
  {
    code: 'master-and-replicas-on-one-host',
    severity: 'error',
    title: 'All replicas are on the host of their master: the loss of that host loses the shard',
    *find({ shards }) {
      for (const { name, view, replicas } of shards) {
        const host = view?.address.host
        if (replicas.length === 0 || replicas.some((node) => node.address.host !== host)) continue
        yield {
          subject: name,
          evidence: [
            `master ${formatAddress(view!.address)}`,
            ...replicas.map((node) => `replica ${nameOf(node)}`),
          ],
          remedy: [
            `on a server of another host: REPLICAOF ${host} ${view!.address.port}, then CONFIG REWRITE`,
            'then stop the replica here, and SENTINEL RESET on one Sentinel after the other',
          ],
        }
      }
    },
  },
  {
    code: 'replica-unknown-to-sentinels',
    severity: 'error',
    title:
      'The master has a replica that Sentinel does not know: it can neither be promoted nor follow a new master',
    *find({ shards }) {
      for (const { name, master, opinions } of shards) {
        if (master?.role?.kind !== 'master') continue
        for (const replica of master.role.replicas.filter(({ host }) => isIP(host) !== 0)) {
          const blind = opinions.filter(
            ({ view }) =>
              !view.replicas.some((one) => formatAddress(one.address) === formatAddress(replica)),
          )
          if (blind.length < opinions.length || opinions.length === 0) continue
          yield {
            subject: name,
            evidence: [
              `${nameOf(master)} has the replica ${formatAddress(replica)}`,
              ...blind.map(({ by }) => `${by} does not list it`),
            ],
            remedy: [
              'Wait 10 s: Sentinel asks the master for its replicas that often',
              `if it stays: ${cli(replica, 'CONFIG GET replica-announced')} must be yes`,
            ],
          }
        }
      }
    },
  },
  {
    code: 'role-contradicts-sentinels',
    severity: 'error',
    title:
      'A node has a different role than the Sentinels say: writes go to a node whose data will be discarded',
    *find({ shards }) {
      for (const shard of shards) {
        if (!isSettled(shard) || inFailover(shard)) continue
        const { name, master, replicas, view } = shard
        const wrong = [
          ...replicas
            .filter(({ role }) => role?.kind === 'master')
            .map(
              (node) =>
                `${nameOf(node)} is a replica for the Sentinels and says that it is a master`,
            ),
          ...(master?.role?.kind === 'replica'
            ? [`${nameOf(master)} is the master for the Sentinels and says that it is a replica`]
            : []),
        ]
        if (wrong.length === 0) continue
        yield {
          subject: name,
          evidence: wrong,
          remedy: [
            'Within 10 s Sentinel turns a wrong master into a replica; what was written to it is then lost',
            `if it does not: REPLICAOF ${view!.address.host} ${view!.address.port} on the node that should be the replica`,
          ],
        }
      }
    },
  },
  {
    code: 'replicates-from-elsewhere',
    severity: 'error',
    title: 'A replica follows another node than the master',
    *find({ shards }) {
      for (const shard of shards) {
        const { name, view, replicas } = shard
        if (view === undefined || !isSettled(shard) || inFailover(shard)) continue
        for (const node of replicas) {
          if (node.role?.kind !== 'replica') continue
          const { master } = node.role
          // A name and an address may be the same host.
          if (isIP(master.host) === 0 || isIP(view.address.host) === 0) continue
          if (formatAddress(master) === formatAddress(view.address)) continue
          yield {
            subject: name,
            evidence: [
              `${nameOf(node)} follows ${formatAddress(master)}`,
              `the Sentinels name ${formatAddress(view.address)} as the master`,
            ],
            remedy: [cli(node.address, `REPLICAOF ${view.address.host} ${view.address.port}`)],
          }
        }
      }
    },
  },
  {
    code: 'failover-in-progress',
    severity: 'info',
    title: 'A failover is under way: look again in half a minute',
    *find({ shards }) {
      for (const shard of shards.filter(inFailover)) {
        yield {
          subject: shard.name,
          evidence: shard.opinions.map(({ by, view }) => `${by} says ${view.flags.join(',')}`),
          remedy: ['disredis topology --watch'],
        }
      }
    },
  },
]

function whyNotPromotable(shard: ShardFacts, node: NodeReport): string | undefined {
  if (node.failure !== undefined) return isAbsent(node) ? node.failure.message : undefined
  if (priorityOf(node) === 0) return 'has replica-priority 0'
  if (sightsOf(shard, node).length > 0 && sightsOf(shard, node).every(isDown)) {
    return 'is down for every Sentinel'
  }
  return undefined
}
