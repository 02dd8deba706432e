import { isIP } from 'node:net'
import type { Plan, PlannedNode } from '../plan.js'
import type { Secrets } from '../secrets.js'

/** Where a node finds its files. */
export interface NodePaths {
  readonly users: string
  readonly data: string
  readonly tls: string
}

/** redis.conf of one node. The server rewrites it: the role and what CONFIG REWRITE is told. */
export function redisConfig(
  { description }: Plan,
  node: PlannedNode,
  secrets: Secrets,
  paths: NodePaths,
): string {
  const { address, port, master, shard } = node
  return lines(
    `# ${shard} on ${node.host.name}. Written by disredis init; the server rewrites it.`,
    ...network(node, description.tls, paths),
    '# The role at the first start. Sentinel decides later ones, and has them written here.',
    ...(master === undefined ? [] : [`replicaof ${master.address} ${master.port}`]),
    `replica-announce-ip ${address}`,
    `replica-announce-port ${port}`,
    'masteruser replication',
    `masterauth ${secrets.replication}`,
    'replica-read-only yes',
    '',
    '# Nothing is lost by a restart, so that an empty master never overwrites its replicas.',
    'appendonly yes',
    'appendfsync everysec',
    'save 3600 1 300 100',
    `dir ${paths.data}`,
    '',
    '# A break of minutes costs no full copy.',
    'repl-backlog-size 64mb',
    'client-output-buffer-limit replica 512mb 256mb 60',
    '',
    '# Sessions are in use until they expire: nothing is thrown away.',
    `maxmemory ${description.maxmemory}`,
    'maxmemory-policy noeviction',
    'maxclients 10000',
    'timeout 0',
    'tcp-keepalive 60',
    '',
    `aclfile ${paths.users}`,
    'supervised auto',
    'logfile ""',
  )
}

/** sentinel.conf of one node. Sentinel rewrites it at every change. */
export function sentinelConfig(
  { description, masters, quorum }: Plan,
  node: PlannedNode,
  secrets: Secrets,
  paths: NodePaths,
): string {
  const hasNames = isIP(node.address) === 0
  return lines(
    `# Sentinel on ${node.host.name}. Written by disredis init; Sentinel rewrites it.`,
    ...network(node, description.tls, paths),
    ...(hasNames ? ['sentinel resolve-hostnames yes', 'sentinel announce-hostnames yes'] : []),
    `sentinel announce-ip ${node.address}`,
    `sentinel announce-port ${node.port}`,
    'sentinel sentinel-user sentinel-peer',
    `sentinel sentinel-pass ${secrets['sentinel-peer']}`,
    '',
    ...masters.flatMap((master) => [
      `sentinel monitor ${master.shard} ${master.address} ${master.port} ${quorum}`,
      `sentinel auth-user ${master.shard} sentinel`,
      `sentinel auth-pass ${master.shard} ${secrets.sentinel}`,
      `sentinel down-after-milliseconds ${master.shard} ${description.downAfter}`,
      `sentinel failover-timeout ${master.shard} ${description.failoverTimeout}`,
      `sentinel parallel-syncs ${master.shard} 1`,
      '',
    ]),
    `dir ${paths.data}`,
    `aclfile ${paths.users}`,
    'supervised auto',
    'logfile ""',
  )
}

function network(node: PlannedNode, isTls: boolean, paths: NodePaths): readonly string[] {
  const { port, address } = node
  return [
    // A name resolves to whatever the network gave the host: listen everywhere, behind passwords.
    isIP(address) === 0 ? 'bind * -::*' : `bind ${address} 127.0.0.1`,
    'protected-mode yes',
    ...(isTls
      ? [
          'port 0',
          `tls-port ${port}`,
          `tls-cert-file ${paths.tls}/server.crt`,
          `tls-key-file ${paths.tls}/server.key`,
          `tls-ca-cert-file ${paths.tls}/ca.crt`,
          'tls-replication yes',
          'tls-auth-clients optional',
        ]
      : [`port ${port}`]),
    '',
  ]
}

function lines(...text: readonly string[]): string {
  return `${text.join('\n')}\n`
}
