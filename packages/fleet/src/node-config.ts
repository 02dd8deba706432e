import { isIPv6 } from 'node:net'
import type { Address } from '@disredis/connection'
import { quote, type Settings } from './fleet-options.js'
import type { Access } from './node-connection.js'
import type { ServerBinary } from './server-binary.js'

/** What the configuration of a node depends on beside the options. */
export interface ConfigContext {
  readonly settings: Settings
  readonly binary: ServerBinary
  /** The fleet's own user: it works whatever a test does to the others. */
  readonly access: Access
}

/** Lines for a master or a replica: the role is given by command, so that all start at once. */
export function dataConfig(context: ConfigContext, address: Address): string[] {
  const { settings, access } = context
  return [
    ...commonConfig(context, address, settings.dataUsers),
    'save ""',
    'appendonly no',
    // Not diskless: see syncCheck. It costs a second.
    'repl-diskless-sync no',
    `replica-announce-ip ${address.host}`,
    `replica-announce-port ${address.port}`,
    `masteruser ${access.username}`,
    `masterauth ${access.password}`,
    // Faults such as DEBUG SLEEP are what fleets are for; 6.2 allows them without asking.
    ...(context.binary.major >= 7 ? ['enable-debug-command local'] : []),
    ...settings.dataConfig,
  ]
}

/** Lines for a Sentinel that watches nothing yet. */
export function sentinelConfig(context: ConfigContext, address: Address, id: string): string[] {
  const { settings, access } = context
  return [
    ...commonConfig(context, address, settings.sentinelUsers),
    `sentinel myid ${id}`,
    `sentinel announce-ip ${address.host}`,
    `sentinel announce-port ${address.port}`,
    `sentinel sentinel-user ${access.username}`,
    `sentinel sentinel-pass ${access.password}`,
    ...settings.sentinelConfig,
  ]
}

function commonConfig(
  { settings, binary, access }: ConfigContext,
  { host, port }: Address,
  users: readonly string[],
): string[] {
  return [
    ...(access.tls === undefined ? [`port ${port}`] : ['port 0', `tls-port ${port}`]),
    ...(access.tls === undefined ? [] : tlsConfig(access.tls, settings.tls)),
    `bind ${host}`,
    // Packets of a node carry its own address, so that a test can cut off one node by address.
    ...(binary.major >= 7 && haveOneFamily(settings) ? [`bind-source-addr ${host}`] : []),
    'protected-mode no',
    'logfile ""',
    `user ${access.username} on >${access.password} ~* &* +@all`,
    ...users.map((user) => `user ${user}`),
  ]
}

function tlsConfig(files: NonNullable<Access['tls']>, options: Settings['tls']) {
  return [
    `tls-ca-cert-file ${quote(files.caFile)}`,
    `tls-cert-file ${quote(files.certFile)}`,
    `tls-key-file ${quote(files.keyFile)}`,
    `tls-auth-clients ${options?.clientAuth === true ? 'yes' : 'no'}`,
    'tls-replication yes',
  ]
}

function haveOneFamily({ bind }: Settings): boolean {
  const all = [...bind.masters, ...bind.replicas, ...bind.sentinels]
  return new Set(all.map(isIPv6)).size === 1
}
