import { createRing } from '@disredis/hash-ring'
import type { NodeReport } from '../../snapshot/snapshot.js'
import type { Check, Sight } from '../check.js'
import { cli, cliOnEach, type Facts, nameOf, type ShardFacts } from '../facts.js'
import { obsoleteDirectives } from '../obsolete-directives.js'
import { replicationFormat, type ServerVersion, serverVersion } from '../replication-format.js'

const nodesOf = ({ master, replicas }: ShardFacts) =>
  [master, ...replicas].filter(
    (node): node is NodeReport => node !== undefined && node.failure === undefined,
  )

/** The nodes of a shard have different values of a directive. */
function* unequal({ shards }: Facts, directive: string): Iterable<Sight> {
  for (const shard of shards) {
    const nodes = nodesOf(shard).filter(({ config }) => config.has(directive))
    const values = nodes.map(({ config }) => config.get(directive)!)
    if (new Set(values).size < 2) continue
    const model = (shard.master?.config ?? nodes[0]!.config).get(directive)
    yield {
      subject: shard.name,
      evidence: nodes.map((node, index) => `${nameOf(node)} has ${directive} "${values[index]}"`),
      remedy: nodes
        .filter(({ config }) => config.get(directive) !== model)
        .flatMap(({ address }) => [
          cli(address, `CONFIG SET ${directive} "${model}"`),
          cli(address, 'CONFIG REWRITE'),
        ]),
    }
  }
}

const versionsOf = (shard: ShardFacts) =>
  nodesOf(shard).flatMap((node) => {
    const version = serverVersion(node.info)
    return version === undefined ? [] : [{ node, version }]
  })

const shown = ({ flavour, version }: ServerVersion) => `${flavour} ${version}`

export const configurationChecks: readonly Check[] = [
  {
    code: 'versions-cannot-replicate-back',
    severity: 'error',
    title: 'After a failover to the newer server the older one cannot copy its data',
    *find({ shards }) {
      for (const shard of shards) {
        const versions = versionsOf(shard)
        const formats = new Set(versions.map(({ version }) => replicationFormat(version)))
        if (formats.size < 2) continue
        yield {
          subject: shard.name,
          evidence: versions.map(
            ({ node, version }) =>
              `${nameOf(node)} is ${shown(version)}, RDB format ${replicationFormat(version)}`,
          ),
          remedy: [
            'Finish the upgrade: replicas first, then disredis drill, then the old master (docs/operations.md)',
            'until then keep the newer replica from being promoted by accident: CONFIG SET replica-priority 200',
          ],
        }
      }
    },
  },
  {
    code: 'versions-mixed',
    severity: 'info',
    title: 'The nodes of a shard have different versions',
    *find({ shards }) {
      for (const shard of shards) {
        const versions = versionsOf(shard)
        if (new Set(versions.map(({ version }) => shown(version))).size < 2) continue
        yield {
          subject: shard.name,
          evidence: versions.map(({ node, version }) => `${nameOf(node)} is ${shown(version)}`),
          remedy: ['Bring all nodes to one version, replicas first (docs/operations.md)'],
        }
      }
    },
  },
  {
    code: 'eviction-unfit-for-sessions',
    severity: 'warning',
    title: 'A full server evicts keys that are still in use: users are logged out at random',
    *find({ nodes }) {
      for (const node of nodes) {
        const policy = node.config.get('maxmemory-policy') ?? 'noeviction'
        if ((node.config.get('maxmemory') ?? '0') === '0' || policy === 'noeviction') continue
        yield {
          subject: nameOf(node),
          evidence: [
            `${nameOf(node)} has maxmemory ${node.config.get('maxmemory')} and maxmemory-policy ${policy}`,
          ],
          remedy: [
            cli(node.address, 'CONFIG SET maxmemory-policy noeviction'),
            cli(node.address, 'CONFIG REWRITE'),
            'a cache belongs on servers of its own',
          ],
        }
      }
    },
  },
  {
    code: 'maxmemory-differs',
    severity: 'warning',
    title:
      'The nodes of a shard may use different amounts of memory: the next master may be full at once',
    find: (facts) => unequal(facts, 'maxmemory'),
  },
  {
    code: 'memory-near-limit',
    severity: 'warning',
    title: 'A server is nearly full: soon it refuses writes, or evicts keys',
    *find({ nodes }, { fill }) {
      for (const node of nodes) {
        const [used, most] = [
          Number(node.info.get('used_memory')),
          Number(node.info.get('maxmemory')),
        ]
        if (!(most > 0) || used < most * fill) continue
        yield {
          subject: nameOf(node),
          evidence: [
            `${nameOf(node)} uses ${used} of ${most} bytes, ${Math.round((used / most) * 100)} %`,
          ],
          remedy: [
            `what uses it: redis-cli -h ${node.address.host} -p ${node.address.port} --memkeys`,
            cli(node.address, `CONFIG SET maxmemory ${most * 2}`),
          ],
        }
      }
    },
  },
  {
    code: 'clients-near-limit',
    severity: 'warning',
    title: 'Nearly all connections are taken: the next clients, Sentinels among them, are refused',
    *find({ nodes }, { fill }) {
      for (const node of nodes) {
        const [used, most] = [
          Number(node.info.get('connected_clients')),
          Number(node.info.get('maxclients') ?? node.config.get('maxclients')),
        ]
        if (!(most > 0) || used < most * fill) continue
        yield {
          subject: nameOf(node),
          evidence: [`${nameOf(node)} has ${used} of ${most} clients`],
          remedy: [
            `who they are: ${cli(node.address, 'CLIENT LIST')}`,
            cli(node.address, `CONFIG SET maxclients ${most * 2}`),
          ],
        }
      }
    },
  },
  {
    code: 'renamed-commands',
    severity: 'error',
    title:
      'A command that Sentinel or a replica needs is renamed or disabled: the failover stops half-way',
    *find({ nodes }) {
      for (const node of nodes) {
        // A server knows SLAVEOF or REPLICAOF; Sentinel says SLAVEOF.
        const missing = node.missingCommands.filter((command) => command !== 'replicaof')
        if (missing.length === 0) continue
        yield {
          subject: nameOf(node),
          evidence: missing.map(
            (command) => `${nameOf(node)} does not know ${command.toUpperCase()}`,
          ),
          remedy: [
            'Take rename-command out of redis.conf and restart; ACLs keep users from commands',
            `or tell the Sentinels the names: SENTINEL SET <name> rename-command ${missing[0]!.toUpperCase()} <new name>`,
          ],
        }
      }
    },
  },
  {
    code: 'keyspace-events-differ',
    severity: 'warning',
    title: 'notify-keyspace-events is not the same on all nodes: after a failover the events stop',
    find: (facts) => unequal(facts, 'notify-keyspace-events'),
  },
  {
    code: 'idle-clients-are-closed',
    severity: 'warning',
    title: 'The server closes idle connections: clients reconnect for nothing',
    *find({ nodes }) {
      const closing = nodes.filter(({ config }) => Number(config.get('timeout') ?? 0) > 0)
      if (closing.length === 0) return
      yield {
        subject: closing.map(nameOf).join(', '),
        evidence: closing.map(
          (node) => `${nameOf(node)} has timeout ${node.config.get('timeout')}`,
        ),
        remedy: cliOnEach(
          closing.map(({ address }) => address),
          'CONFIG SET timeout 0',
        ),
      }
    },
  },
  {
    code: 'clock-skew',
    severity: 'warning',
    title: 'Clocks differ: keys, certificates and tokens expire at another time on the next master',
    *find({ nodes, sentinels }, { clockSkew }) {
      const offsets = [...nodes, ...sentinels].flatMap((node) =>
        node.clockOffset === undefined ? [] : [{ who: nameOf(node), offset: node.clockOffset }],
      )
      const all = [{ who: 'this machine', offset: 0 }, ...offsets]
      const values = all.map(({ offset }) => offset)
      if (Math.max(...values) - Math.min(...values) <= clockSkew) return
      const sorted = [...values].sort((a, b) => a - b)
      const median = sorted[Math.floor(sorted.length / 2)]!
      const wrong = all.filter(({ offset }) => Math.abs(offset - median) > clockSkew)
      yield {
        subject: wrong.map(({ who }) => who).join(', '),
        evidence: wrong.map(({ who, offset }) => {
          const ms = Math.round(Math.abs(offset - median))
          return `${who} is ${ms} ms ${offset > median ? 'ahead of' : 'behind'} most of the others`
        }),
        remedy: ['on each of them: chronyc tracking; systemctl enable --now chrony'],
      }
    },
  },
  {
    code: 'unbalanced-shards',
    severity: 'warning',
    title: 'The shares of keys on the shards differ from those of the ring',
    *find({ shards, weights }, { imbalance, keysForBalance }) {
      const known = shards.filter(({ master }) => master !== undefined)
      const total = known.reduce((sum, { master }) => sum + master!.keys, 0)
      if (known.length < shards.length || shards.length < 2 || total < keysForBalance) return
      const ring = createRing(weights ?? shards.map(({ name }) => name))
      const shares = shards.map(({ name, master }) => ({
        name,
        keys: master!.keys,
        expected: (ring.slots(name).length / 16_384) * total,
      }))
      const wrong = shares.filter(
        ({ keys, expected }) => Math.abs(keys - expected) > expected * imbalance,
      )
      if (wrong.length === 0) return
      yield {
        subject: wrong.map(({ name }) => name).join(', '),
        evidence: shares.map(
          ({ name, keys, expected }) =>
            `${name} has ${keys} keys; its share is ${Math.round(expected)}`,
        ),
        remedy: [
          'Look for hash tags that put much on one shard: disredis keys <pattern> | sort; a client with other masters, weights or names writes elsewhere: compare their options',
          'with weights in the clients, give them here too: --weights a=1,b=2',
        ],
      }
    },
  },
  {
    code: 'obsolete-directives',
    severity: 'warning',
    title: 'A configuration file has directives of older versions',
    *find({ files }) {
      for (const [file, text] of files) {
        for (const { line, directive, isFatal, instead } of obsoleteDirectives(text)) {
          yield {
            subject: `${file}:${line}`,
            severity: isFatal ? 'error' : 'warning',
            evidence: [
              `line ${line} has ${directive}${isFatal ? ', with which the server does not start' : ''}`,
            ],
            remedy: [instead],
          }
        }
      }
    },
  },
  {
    code: 'not-permitted',
    severity: 'info',
    title: 'Our user lacks permissions: the checks that need them report nothing',
    *find({ nodes, sentinels }) {
      for (const node of [...nodes, ...sentinels]) {
        const refused = [...node.refusals]
          .filter(([command, reason]) => reason.startsWith('NOPERM') && !command.includes(' '))
          .map(([command]) => command)
        if (refused.length === 0) continue
        yield {
          subject: nameOf(node),
          evidence: [`${nameOf(node)} does not allow us ${refused.join(', ')}`],
          remedy: [
            'A user for the doctor: user doctor on >PASSWORD resetchannels -@all +auth +ping +info +role +config|get +acl|list +command|info +function|list; ' +
              'on Sentinels also +sentinel|masters +sentinel|replicas +sentinel|sentinels +sentinel|get-master-addr-by-name +sentinel|ckquorum +sentinel|myid +sentinel|config',
          ],
        }
      }
    },
  },
]
