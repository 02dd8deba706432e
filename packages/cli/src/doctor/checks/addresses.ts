import { isIP } from 'node:net'
import { type Address, formatAddress } from '@disredis/sentinel'
import type { NodeReport, SentinelReport } from '../../snapshot/snapshot.js'
import type { Check } from '../check.js'
import { cli, type Facts, isDown, nameOf, type ShardFacts } from '../facts.js'
import { sightsOf } from './layout.js'
import { isAbsent, peersAt } from './sentinels.js'

interface Announced {
  readonly address: Address
  /** Who names it. */
  readonly by: readonly string[]
}

/** Every address that a Sentinel hands to clients or to other Sentinels, once. */
function announced(shards: readonly ShardFacts[]): readonly Announced[] {
  const found = new Map<string, { address: Address; by: Set<string> }>()
  for (const { opinions } of shards) {
    for (const { by, view } of opinions) {
      const others = [...view.replicas, ...view.peers].map(({ address }) => address)
      for (const address of [view.address, ...others]) {
        const key = formatAddress(address)
        const entry = found.get(key) ?? { address, by: new Set() }
        entry.by.add(by)
        found.set(key, entry)
      }
    }
  }
  return [...found.values()].map(({ address, by }) => ({ address, by: [...by] }))
}

const isWildcard = ({ host, port }: Address) =>
  ['', '0.0.0.0', '::', '*'].includes(host) || port === 0
const isLoopback = ({ host }: Address) => /^(?:127\.|::1$|localhost$)/u.test(host)

/** A Sentinel believes it up, or nobody but we has looked. */
function isUpElsewhere(shards: readonly ShardFacts[], node: NodeReport | SentinelReport): boolean {
  if ('isSeed' in node) {
    return !node.isSeed && peersAt(shards, nameOf(node)).some(({ peer }) => !isDown(peer))
  }
  return shards.some((shard) => sightsOf(shard, node).some((sight) => !isDown(sight)))
}

/**
 * From the addresses inside to those that can be dialled from here, as far as Sentinels show it: a
 * seed that we reach by one address and that the others know by another is the same host.
 */
export function gateways({ snapshot, shards }: Facts): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const { id, address, isSeed, failure } of snapshot.sentinels) {
    if (!isSeed || failure !== undefined) continue
    for (const { view } of shards.flatMap(({ opinions }) => opinions)) {
      const inside = view.peers.find((peer) => peer.id === id)?.address.host
      if (inside !== undefined && inside !== address.host) map.set(inside, address.host)
    }
  }
  return map
}

const announce = 'replica-announce-ip in redis.conf, sentinel announce-ip in sentinel.conf'

export const addressChecks: readonly Check[] = [
  {
    code: 'announced-address-unreachable',
    severity: 'error',
    title: 'Sentinel gives out an address that cannot be dialled from here',
    *find(facts) {
      const { snapshot, shards } = facts
      const lost = [...snapshot.nodes, ...snapshot.sentinels].filter(
        (node) => isAbsent(node) && !isWildcard(node.address) && isUpElsewhere(shards, node),
      )
      if (lost.length === 0) return
      const known = gateways(facts)
      const natMap = Object.fromEntries(
        lost.map((node) => {
          const { host, port } = node.address
          return [nameOf(node), { host: known.get(host) ?? '<host that you can dial>', port }]
        }),
      )
      yield {
        subject: lost.map(nameOf).join(', '),
        evidence: lost.map((node) => {
          const names = announced(shards).find(
            ({ address }) => formatAddress(address) === nameOf(node),
          )
          return `${nameOf(node)} ${node.failure?.message}; up for ${names?.by.join(', ') || 'the Sentinels'}`
        }),
        remedy: [
          `announce addresses that clients can dial: ${announce}`,
          `or tell the client their addresses as seen from here: natMap: ${JSON.stringify(natMap)}`,
          'and check the firewall in between, if the addresses are right',
        ],
      }
    },
  },
  {
    code: 'unusable-address',
    severity: 'error',
    title: 'A node is announced by an address that means another machine on every host',
    *find({ shards }) {
      for (const { address, by } of announced(shards).filter((one) => isWildcard(one.address))) {
        yield {
          subject: formatAddress(address),
          evidence: by.map((sentinel) => `${sentinel} names ${formatAddress(address)}`),
          remedy: [`Announce the address that others dial: ${announce}`],
        }
      }
    },
  },
  {
    code: 'loopback-announced',
    severity: 'error',
    title: 'A node is announced by a loopback address, which is another machine for everybody else',
    *find({ shards }) {
      const all = announced(shards).filter(({ address }) => !isWildcard(address))
      const inside = all.filter(({ address }) => isLoopback(address))
      // A deployment on one machine alone may call itself whatever it likes.
      if (inside.length === 0 || inside.length === all.length) return
      yield {
        subject: inside.map(({ address }) => formatAddress(address)).join(', '),
        evidence: inside.map(
          ({ address, by }) => `${by.join(', ')} name ${formatAddress(address)}`,
        ),
        remedy: [
          'SENTINEL MONITOR with the address that others dial, not 127.0.0.1',
          `announce it: ${announce}; then SENTINEL RESET on one Sentinel after the other`,
        ],
      }
    },
  },
  {
    code: 'names-and-addresses-mixed',
    severity: 'warning',
    title:
      'Some nodes are announced by name, others by address: Sentinel does not see that they are the same',
    *find({ shards }) {
      const all = announced(shards)
      const names = all.filter(({ address }) => isIP(address.host) === 0)
      const addresses = all.filter(({ address }) => isIP(address.host) !== 0)
      if (names.length === 0 || addresses.length === 0) return
      const list = (some: readonly Announced[]) =>
        some.map((one) => formatAddress(one.address)).join(', ')
      yield {
        subject: list(names),
        evidence: [`by name: ${list(names)}`, `by address: ${list(addresses)}`],
        remedy: [
          `The same for all: ${announce}; with names also sentinel resolve-hostnames yes and announce-hostnames yes`,
        ],
      }
    },
  },
  {
    code: 'resolve-hostnames-off',
    severity: 'error',
    title:
      'A replica announces a host name that the Sentinels do not resolve: they cannot promote it',
    *find({ shards }) {
      for (const { name, master, opinions } of shards) {
        if (master?.role?.kind !== 'master') continue
        const named = master.role.replicas.filter(({ host }) => isIP(host) === 0)
        const blind = opinions.filter(
          ({ sentinel }) => sentinel.config.get('resolve-hostnames') === 'no',
        )
        if (named.length === 0 || blind.length === 0) continue
        yield {
          subject: name,
          evidence: [
            ...named.map(
              (replica) => `${nameOf(master)} has the replica ${formatAddress(replica)}`,
            ),
            ...blind.map(({ by }) => `${by} has resolve-hostnames no`),
          ],
          remedy: [
            ...blind.map(({ by }) => cli(by, 'SENTINEL CONFIG SET resolve-hostnames yes')),
            'or announce addresses: replica-announce-ip',
          ],
        }
      }
    },
  },
]
