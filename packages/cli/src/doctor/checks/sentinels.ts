import { formatAddress } from '@disredis/sentinel'
import type { NodeReport, PeerView, SentinelReport } from '../../snapshot/snapshot.js'
import type { Check } from '../check.js'
import { cli, isDown, nameOf, type ShardFacts } from '../facts.js'

const ABSENT = new Set(['refused', 'timeout', 'unreachable', 'closed', 'unresolved', 'protocol'])

export function isAbsent({ failure }: { readonly failure: SentinelReport['failure'] }): boolean {
  return failure !== undefined && ABSENT.has(failure.reason)
}

/** How the answering Sentinels see another one. */
export function peersAt(shards: readonly ShardFacts[], address: string) {
  return shards.flatMap(({ opinions }) =>
    opinions.flatMap(({ by, view }) =>
      view.peers
        .filter((peer) => formatAddress(peer.address) === address)
        .map((peer): { by: string; peer: PeerView } => ({ by, peer })),
    ),
  )
}

export function isGhost(shards: readonly ShardFacts[], sentinel: SentinelReport): boolean {
  const seen = peersAt(shards, nameOf(sentinel))
  return (
    isAbsent(sentinel) &&
    !sentinel.isSeed &&
    seen.length > 0 &&
    seen.every(({ peer }) => isDown(peer))
  )
}

const seconds = (ms: number) => `${Math.round(ms / 1000)} s`

/** A node that accepts connections and says nothing. */
const hangs = ({ failure }: NodeReport | SentinelReport) => failure?.reason === 'silent'

export const sentinelChecks: readonly Check[] = [
  {
    code: 'sentinel-unreachable',
    severity: 'warning',
    title: 'A Sentinel does not answer',
    *find({ snapshot }) {
      for (const sentinel of snapshot.sentinels) {
        if (!sentinel.isSeed || !isAbsent(sentinel)) continue
        yield {
          subject: nameOf(sentinel),
          evidence: [`${nameOf(sentinel)} ${sentinel.failure?.message}`],
          remedy: [
            `on ${sentinel.address.host}: systemctl status redis-sentinel; journalctl -u redis-sentinel -n 50`,
            'if it runs: check bind in sentinel.conf and the firewall in between',
          ],
        }
      }
    },
  },
  {
    code: 'ghost-sentinel',
    severity: 'warning',
    title: 'A Sentinel that is gone still counts as a voter',
    *find({ snapshot, shards }) {
      for (const sentinel of snapshot.sentinels) {
        if (!isGhost(shards, sentinel)) continue
        const seen = peersAt(shards, nameOf(sentinel))
        const names = shards.map(({ name }) => name)
        yield {
          subject: nameOf(sentinel),
          evidence: [
            `${nameOf(sentinel)} ${sentinel.failure?.message}`,
            ...new Map(
              seen.map(({ by, peer }) => [
                by,
                `${by} has not heard of it for ${seconds(peer.silentFor)}`,
              ]),
            ).values(),
          ],
          remedy: [
            'Start it again; or, if it is gone for good, make the others forget it, one after the other, 30 s apart:',
            ...[...new Set(seen.map(({ by }) => by))].flatMap((by) =>
              names.map((name) => cli(by, `SENTINEL RESET ${name}`)),
            ),
          ],
        }
      }
    },
  },
  {
    code: 'sentinel-refuses-us',
    severity: 'error',
    title: 'A Sentinel refuses our credentials, or they lack a permission',
    *find({ snapshot }) {
      for (const sentinel of snapshot.sentinels) {
        if (sentinel.failure?.reason !== 'credentials') continue
        yield {
          subject: nameOf(sentinel),
          evidence: [`${nameOf(sentinel)} ${sentinel.failure.message}`],
          remedy: [
            'Give the user and password of the Sentinels: DISREDIS_SENTINEL_USERNAME, DISREDIS_SENTINEL_PASSWORD_FILE',
            `check what the user may do: ${cli(sentinel.address, 'ACL GETUSER <user>')}`,
          ],
        }
      }
    },
  },
  {
    code: 'node-refuses-us',
    severity: 'error',
    title: 'A server refuses our credentials',
    *find({ snapshot }) {
      const refusing = snapshot.nodes.filter(({ failure }) => failure?.reason === 'credentials')
      if (refusing.length === 0) return
      yield {
        subject: refusing.map(nameOf).join(', '),
        evidence: refusing.map((node) => `${nameOf(node)} ${node.failure?.message}`),
        remedy: [
          'Give the user and password of the servers: DISREDIS_USERNAME, DISREDIS_PASSWORD_FILE',
          `check whether the user exists there: ${cli(refusing[0]!.address, 'ACL GETUSER <user>')}`,
        ],
      }
    },
  },
  {
    code: 'not-a-sentinel',
    severity: 'error',
    title: 'An address that was given as a Sentinel is something else',
    *find({ snapshot }) {
      for (const sentinel of snapshot.sentinels) {
        if (sentinel.failure?.reason !== 'not-a-sentinel') continue
        yield {
          subject: nameOf(sentinel),
          evidence: [`${nameOf(sentinel)} ${sentinel.failure.message}`],
          remedy: ['Give the addresses of Sentinels (port 26379 by default), not of servers'],
        }
      }
    },
  },
  {
    code: 'node-hangs',
    severity: 'error',
    title: 'A process accepts connections and does not answer',
    *find({ snapshot }) {
      for (const node of [...snapshot.sentinels, ...snapshot.nodes]) {
        if (!hangs(node)) continue
        yield {
          subject: nameOf(node),
          evidence: [`${nameOf(node)} ${node.failure?.message}`],
          remedy: [
            `on ${node.address.host}: look for a stopped (state T) or swapping process, a full disk (state D), a long script: ` +
              'ps -o pid,stat,wchan,args -C redis-server; iostat -x 1 3',
            `a script that runs too long: ${cli(node.address, 'SCRIPT KILL')}`,
          ],
        }
      }
    },
  },
  {
    code: 'sentinel-tilt',
    severity: 'warning',
    title:
      'A Sentinel is in tilt mode: its clock jumped or it was frozen, and it starts no failover',
    *find({ sentinels }) {
      for (const sentinel of sentinels) {
        if (!sentinel.isTilted) continue
        yield {
          subject: nameOf(sentinel),
          evidence: [`${nameOf(sentinel)} says sentinel_tilt:1`],
          remedy: [
            'It ends after 30 s of calm. If it comes again: look for pauses of the host (live migration, ' +
              'swap, CPU steal) and let the clock be slewed, never stepped (chronyd)',
          ],
        }
      }
    },
  },
  {
    code: 'sentinel-cannot-reach-node',
    severity: 'error',
    title: 'A Sentinel considers a node down that answers us',
    *find({ shards, nodes }) {
      const answering = new Set(nodes.map(nameOf))
      for (const { name, opinions } of shards) {
        const sights = opinions.flatMap(({ by, view }) =>
          [view, ...view.replicas]
            .filter((node) => isDown(node) && node.address.host !== '0.0.0.0')
            .filter((node) => answering.has(nameOf(node)))
            .map((node) => ({ by, node: nameOf(node), flags: node.flags.join(',') })),
        )
        if (sights.length === 0) continue
        yield {
          subject: name,
          evidence: sights.map(
            ({ by, node, flags }) => `${by} says ${node} is ${flags}, but it answers us`,
          ),
          remedy: [
            ...[...new Set(sights.map(({ by }) => by))].map(
              (by) =>
                `the credentials that Sentinel uses: ${cli(by, `SENTINEL SET ${name} auth-user <user> auth-pass <password>`)}`,
            ),
            'the network between the two: from the host of the Sentinel, redis-cli -h <node> PING; with TLS, tls-replication yes in sentinel.conf',
          ],
        }
      }
    },
  },
]
