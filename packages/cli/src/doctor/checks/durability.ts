import type { NodeReport } from '../../snapshot/snapshot.js'
import type { Check } from '../check.js'
import { cli, nameOf, type ShardFacts } from '../facts.js'

const nodesOf = ({ master, replicas }: ShardFacts) =>
  [master, ...replicas].filter(
    (node) => node !== undefined && node.failure === undefined,
  ) as NodeReport[]

const numberIn = (node: NodeReport, name: string) => Number(node.config.get(name) ?? 0)

/**
 * Bytes a second that the master sends to each replica: as it has averaged the last 1.6 s, but not more
 * than five times what it sent since its start, because a burst says nothing of the next minute.
 */
export function writeRate({ info }: NodeReport): number {
  const replicas = Math.max(1, Number(info.get('connected_slaves') ?? 1))
  const number = (name: string) => Number(info.get(name) ?? 0)
  const now = info.has('instantaneous_output_repl_kbps')
    ? number('instantaneous_output_repl_kbps') / replicas
    : number('instantaneous_input_kbps')
  const sent = info.has('total_net_repl_output_bytes')
    ? number('total_net_repl_output_bytes') / replicas
    : number('total_net_input_bytes')
  const mean = sent / Math.max(1, number('uptime_in_seconds'))
  return Math.round(Math.min(now * 1024, mean * 5))
}

export const durabilityChecks: readonly Check[] = [
  {
    code: 'min-replicas-blocks-writes',
    severity: 'warning',
    title:
      'After a failover the new master has fewer replicas than it wants, and refuses writes (NOREPLICAS)',
    *find({ shards }) {
      for (const shard of shards) {
        for (const node of nodesOf(shard)) {
          const wanted = numberIn(node, 'min-replicas-to-write')
          if (wanted === 0 || shard.replicas.length > wanted) continue
          yield {
            subject: nameOf(node),
            evidence: [
              `${nameOf(node)} has min-replicas-to-write ${wanted}`,
              `${shard.name} has ${shard.replicas.length} replicas, one less while the old master is away`,
            ],
            remedy: [
              `add a replica on another host, or: ${cli(node.address, `CONFIG SET min-replicas-to-write ${Math.max(0, shard.replicas.length - 1)}`)}`,
              cli(node.address, 'CONFIG REWRITE'),
            ],
          }
        }
      }
    },
  },
  {
    code: 'no-persistence',
    severity: 'warning',
    title:
      'A node keeps nothing on disk: restarted as master it is empty, and its replicas copy that',
    *find({ shards }) {
      for (const node of shards.flatMap(nodesOf)) {
        const { config, info } = node
        if (!config.has('save') || config.get('save') !== '' || config.get('appendonly') !== 'no')
          continue
        const supervisor = info.get('process_supervised') ?? 'no'
        yield {
          subject: nameOf(node),
          // Something is known to restart it at once, before Sentinel has seen it down.
          severity: supervisor === 'systemd' || supervisor === 'upstart' ? 'error' : 'warning',
          evidence: [
            `${nameOf(node)} has save "" and appendonly no`,
            `it is supervised by: ${supervisor}`,
          ],
          remedy: [
            cli(node.address, 'CONFIG SET appendonly yes'),
            cli(node.address, 'CONFIG REWRITE'),
            'or never restart it automatically (systemd: Restart=no), so that Sentinel promotes a replica that has the data',
          ],
        }
      }
    },
  },
  {
    code: 'persistence-fails',
    severity: 'error',
    title:
      'A node cannot write to its disk: it refuses writes (MISCONF), or loses them at the next restart',
    *find({ shards }) {
      for (const node of shards.flatMap(nodesOf)) {
        const failing = [
          'rdb_last_bgsave_status',
          'aof_last_bgrewrite_status',
          'aof_last_write_status',
        ].filter((name) => node.info.get(name) === 'err')
        if (failing.length === 0) continue
        yield {
          subject: nameOf(node),
          evidence: failing.map((name) => `${nameOf(node)} says ${name}:err`),
          remedy: [
            `on ${node.address.host}: df -h ${node.config.get('dir') ?? ''}; ls -ld ${node.config.get('dir') ?? ''}; the log says why`,
            `then: ${cli(node.address, 'BGSAVE')}`,
          ],
        }
      }
    },
  },
  {
    code: 'replication-link-down',
    severity: 'error',
    title:
      'A replica is not connected to its master: promoted now, it would lack everything written since',
    *find({ shards }) {
      // Without a master there is nothing to be connected to.
      for (const shard of shards.filter(({ master }) => master !== undefined)) {
        for (const node of nodesOf(shard)) {
          if (node.role?.kind !== 'replica' || node.role.state === 'connected') continue
          const isSyncing = node.role.state === 'sync'
          yield {
            subject: nameOf(node),
            severity: isSyncing ? 'warning' : 'error',
            evidence: [
              `${nameOf(node)} says that its link to ${node.role.master.host}:${node.role.master.port} is in state ${node.role.state}`,
              `down for ${node.info.get('master_link_down_since_seconds') ?? '?'} s`,
            ],
            remedy: [
              `the credentials that it uses: ${cli(node.address, 'CONFIG SET masterauth <password>')}, masteruser where there is an ACL`,
              `the network: from ${node.address.host}, redis-cli -h ${node.role.master.host} -p ${node.role.master.port} PING`,
              'its log names the reason',
            ],
          }
        }
      }
    },
  },
  {
    code: 'replica-lags',
    severity: 'warning',
    title: 'A replica is far behind: promoted now, it would lack acknowledged writes',
    *find({ shards }, { lag: most }) {
      for (const { master, replicas } of shards) {
        if (master?.role?.kind !== 'master') continue
        for (const node of replicas) {
          if (node.role?.kind !== 'replica' || node.role.state !== 'connected') continue
          const lag = master.role.offset - node.role.offset
          if (lag <= most) continue
          yield {
            subject: nameOf(node),
            evidence: [
              `${nameOf(master)} is at offset ${master.role.offset}`,
              `${nameOf(node)} is at offset ${node.role.offset}, ${lag} bytes behind`,
            ],
            remedy: [
              `what it is busy with: ${cli(node.address, 'INFO commandstats')}; ${cli(node.address, 'SLOWLOG GET 10')}`,
              'the bandwidth between the two hosts',
            ],
          }
        }
      }
    },
  },
  {
    code: 'backlog-too-small',
    severity: 'warning',
    title:
      'The replication backlog holds less than a minute of writes: a short break costs a full copy',
    *find({ shards }, { backlogSeconds }) {
      for (const { master } of shards) {
        if (master === undefined || !master.config.has('repl-backlog-size')) continue
        const size = numberIn(master, 'repl-backlog-size')
        const rate = writeRate(master)
        if (size >= rate * backlogSeconds) continue
        const better = 2 ** Math.ceil(Math.log2(rate * backlogSeconds))
        yield {
          subject: nameOf(master),
          evidence: [
            `${nameOf(master)} has repl-backlog-size ${size}`,
            `it writes ${rate} bytes a second to its replicas: ${(size / rate).toFixed(1)} s`,
          ],
          remedy: [
            cli(master.address, `CONFIG SET repl-backlog-size ${better}`),
            'the same on its replicas, which will be masters; then CONFIG REWRITE on each',
          ],
        }
      }
    },
  },
  {
    code: 'replica-buffer-too-small',
    severity: 'warning',
    title:
      'The output buffer for replicas is smaller than the writes during a copy: the copy never ends',
    *find({ shards }, { backlogSeconds }) {
      for (const node of shards.flatMap(nodesOf)) {
        const limits = node.config.get('client-output-buffer-limit') ?? ''
        const hard = Number(/(?:slave|replica) (\d+)/u.exec(limits)?.[1] ?? 0)
        const wanted = Math.max(
          numberIn(node, 'repl-backlog-size'),
          writeRate(node) * backlogSeconds,
        )
        if (hard === 0 || hard >= wanted) continue
        yield {
          subject: nameOf(node),
          evidence: [
            `${nameOf(node)} has client-output-buffer-limit ${limits}`,
            `a copy needs ${wanted} bytes: the backlog, or a minute of writes`,
          ],
          remedy: [
            cli(
              node.address,
              `CONFIG SET client-output-buffer-limit "replica ${wanted * 4} ${wanted * 2} 60"`,
            ),
            cli(node.address, 'CONFIG REWRITE'),
          ],
        }
      }
    },
  },
  {
    code: 'replica-is-writable',
    severity: 'warning',
    title: 'A replica accepts writes, which exist nowhere else and surface when it is promoted',
    *find({ shards }) {
      for (const node of shards.flatMap(nodesOf)) {
        if (node.role?.kind !== 'replica' || node.config.get('replica-read-only') !== 'no') continue
        yield {
          subject: nameOf(node),
          evidence: [`${nameOf(node)} has replica-read-only no`],
          remedy: [
            cli(node.address, 'CONFIG SET replica-read-only yes'),
            cli(node.address, 'CONFIG REWRITE'),
          ],
        }
      }
    },
  },
  {
    code: 'no-config-file',
    severity: 'warning',
    title:
      'A node runs without a configuration file: after a restart it has forgotten that it was demoted',
    *find({ shards }) {
      for (const node of shards.flatMap(nodesOf)) {
        if (node.info.get('config_file') !== '') continue
        yield {
          subject: nameOf(node),
          evidence: [
            `${nameOf(node)} says config_file: with nothing behind it`,
            'Sentinel writes the new role with CONFIG REWRITE, which fails here',
          ],
          remedy: [
            'Start it with a configuration file that it may write: redis-server /etc/redis/redis.conf',
          ],
        }
      }
    },
  },
]
