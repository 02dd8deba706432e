import { isIP } from 'node:net'
import { UsageError } from '../cli-error.js'

/** A deployment in a few words; everything that is written comes from it, so it agrees. */
export interface DeploymentDescription {
  readonly hosts: readonly HostDescription[]
  /** Names of the masters. */
  readonly shards: readonly string[]
  readonly replicasPerShard: number
  /** The first shard's; the others follow. */
  readonly dataPort: number
  readonly sentinelPort: number
  /** ms */
  readonly downAfter: number
  /** ms */
  readonly failoverTimeout: number
  /** As `maxmemory` takes it, for each server. */
  readonly maxmemory: string
  readonly tls: boolean
  readonly paths: PathDescription
}

export interface HostDescription {
  readonly name: string
  /** By which all others reach it. */
  readonly address: string
  /** False: a Sentinel alone, the tie-breaker. */
  readonly data: boolean
}

export interface PathDescription {
  readonly config: string
  readonly data: string
  readonly server: string
  /** Where the certificates lie: ca.crt, server.crt, server.key. */
  readonly tls: string
}

const defaults = {
  shards: undefined as readonly string[] | undefined,
  replicasPerShard: 1,
  dataPort: 6379,
  sentinelPort: 26_379,
  downAfter: 5000,
  failoverTimeout: 60_000,
  maxmemory: '1gb',
  tls: false,
  paths: {
    config: '/etc/redis',
    data: '/var/lib/redis',
    server: '/usr/bin/redis-server',
    tls: '/etc/redis/tls',
  },
}

const known = new Set(['hosts', ...Object.keys(defaults)])

/** @throws UsageError that names what is wrong: what is built from it has to survive any one host. */
export function readDescription(given: unknown): DeploymentDescription {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UsageError('A description is an object with hosts: [{ name, address }, …]')
  }
  const unknown = Object.keys(given).filter((name) => !known.has(name))
  if (unknown.length > 0) {
    throw new UsageError(
      `The description has ${unknown.join(', ')}; it takes ${[...known].join(', ')}`,
    )
  }
  const fields = given as Partial<DeploymentDescription>
  const hosts = readHosts(fields.hosts)
  const dataHosts = hosts.filter(({ data }) => data)
  const shards = fields.shards ?? dataHosts.map((_, index) => `shard-${index + 1}`)
  const description: DeploymentDescription = {
    ...defaults,
    ...fields,
    hosts,
    shards,
    paths: { ...defaults.paths, ...fields.paths },
  }
  check(description, dataHosts.length)
  return description
}

function readHosts(given: unknown): readonly HostDescription[] {
  if (!Array.isArray(given) || given.length < 3) {
    throw new UsageError(
      'hosts takes three or more: with two, the loss of one leaves no majority of the Sentinels. ' +
        'A third with `data: false`, for a Sentinel alone, is enough',
    )
  }
  const hosts = given.map((host: Partial<HostDescription>, index) => {
    const { name = `host-${index + 1}`, address, data = true } = host
    if (typeof address !== 'string' || address === '') {
      throw new UsageError(`hosts[${index}] has no address`)
    }
    if (/^(?:127\.|0\.0\.0\.0$|::1?$|localhost$)/u.test(address)) {
      throw new UsageError(
        `hosts[${index}] has the address ${address}, which means another machine on every host`,
      )
    }
    if (!/^[A-Za-z0-9._-]+$/u.test(name)) {
      throw new UsageError(
        `hosts[${index}] has the name "${name}"; letters, digits, . _ - are allowed`,
      )
    }
    return { name, address, data }
  })
  if (hosts.length % 2 === 0) {
    throw new UsageError('hosts takes an odd number: one Sentinel each, and a majority of them')
  }
  const kinds = new Set(hosts.map(({ address }) => isIP(address) !== 0))
  if (kinds.size > 1) throw new UsageError('hosts has names and addresses; use one of the two')
  for (const field of ['name', 'address'] as const) {
    const values = hosts.map((host) => host[field])
    if (new Set(values).size < values.length) throw new UsageError(`hosts has a ${field} twice`)
  }
  return hosts
}

function check(description: DeploymentDescription, dataHosts: number): void {
  const { shards, replicasPerShard, downAfter, failoverTimeout } = description
  if (!Array.isArray(shards) || shards.length === 0 || new Set(shards).size < shards.length) {
    throw new UsageError('shards takes a list of different names')
  }
  for (const name of shards) {
    if (/^[A-Za-z0-9._-]+$/u.test(name)) continue
    throw new UsageError(`The shard "${name}" has a name that Sentinel does not accept`)
  }
  if (!Number.isInteger(replicasPerShard) || replicasPerShard < 1) {
    throw new UsageError('replicasPerShard takes 1 or more')
  }
  if (dataHosts <= replicasPerShard) {
    throw new UsageError(
      `${replicasPerShard} replicas for each master need ${replicasPerShard + 1} hosts with data, there are ${dataHosts}`,
    )
  }
  if (!(downAfter >= 1000 && downAfter < 10_000)) {
    throw new UsageError('downAfter takes 1000 to 9999 ms: less than the commandTimeout of clients')
  }
  if (!(failoverTimeout >= 10_000 && failoverTimeout <= 180_000)) {
    throw new UsageError('failoverTimeout takes 10000 to 180000 ms')
  }
}
