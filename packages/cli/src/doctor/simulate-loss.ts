import { isIP } from 'node:net'
import { formatAddress } from '@disredis/sentinel'
import { needed } from './checks/majority.js'
import { type Facts, nameOf, type ShardFacts } from './facts.js'

/** What is left when one host is lost, as far as it can be told from outside. */
export interface HostLoss {
  readonly host: string
  /** What runs there. */
  readonly nodes: readonly string[]
  readonly shards: readonly ShardOutcome[]
}

export interface ShardOutcome {
  readonly shard: string
  /**
   * `untouched`: nothing of it is there. `weakened`: it serves on, with fewer replicas or Sentinels.
   * `fails-over`: a replica takes over. `down`: it has no master until somebody acts.
   */
  readonly outcome: 'untouched' | 'weakened' | 'fails-over' | 'down'
  readonly reason: string
}

/** Host by host. A host is what has one address or name: several addresses of one machine are several hosts. */
export function simulateLoss(facts: Facts): readonly HostLoss[] {
  const hosts = new Set<string>()
  for (const { voters, view, replicas } of facts.shards) {
    for (const { host } of voters) hosts.add(host)
    if (view !== undefined) hosts.add(view.address.host)
    for (const { address } of replicas) hosts.add(address.host)
  }
  return [...hosts].sort(byHost).map((host) => ({
    host,
    nodes: nodesOn(facts, host),
    shards: facts.shards.map((shard) => ({ shard: shard.name, ...lose(shard, host) })),
  }))
}

function lose(shard: ShardFacts, host: string): Omit<ShardOutcome, 'shard'> {
  const { view, replicas, voters } = shard
  const left = voters.filter((voter) => voter.host !== host).length
  const votes = `${left} of ${voters.length} Sentinels are left, ${needed(shard)} are needed`
  const canElect = left >= needed(shard)
  if (view?.address.host !== host) {
    const lost = replicas.filter(({ address }) => address.host === host)
    if (!canElect) return { outcome: 'weakened', reason: `no failover meanwhile: ${votes}` }
    if (lost.length > 0) {
      const rest = replicas.length - lost.length
      return { outcome: 'weakened', reason: `${rest} of ${replicas.length} replicas are left` }
    }
    if (left < voters.length) return { outcome: 'weakened', reason: votes }
    return { outcome: 'untouched', reason: 'nothing of it is there' }
  }
  const heirs = replicas.filter(
    ({ address, failure, config }) =>
      address.host !== host && failure === undefined && config.get('replica-priority') !== '0',
  )
  if (heirs.length === 0) {
    return { outcome: 'down', reason: 'no replica elsewhere could be promoted' }
  }
  if (!canElect) return { outcome: 'down', reason: `no leader can be elected: ${votes}` }
  const wait = view.downAfter / 1000
  return {
    outcome: 'fails-over',
    reason: `to ${heirs.map(nameOf).join(' or ')}, about ${wait + 0.5} s after the loss`,
  }
}

function nodesOn({ shards }: Facts, host: string): readonly string[] {
  const nodes = new Set<string>()
  for (const { name, view, replicas, voters } of shards) {
    if (view?.address.host === host) nodes.add(`master of ${name} (${formatAddress(view.address)})`)
    for (const node of replicas.filter(({ address }) => address.host === host)) {
      nodes.add(`replica of ${name} (${nameOf(node)})`)
    }
    for (const voter of voters.filter((one) => one.host === host)) {
      nodes.add(`Sentinel (${voter.address})`)
    }
  }
  return [...nodes]
}

function byHost(a: string, b: string): number {
  if (isIP(a) !== 4 || isIP(b) !== 4) return a < b ? -1 : 1
  const parts = (host: string) => host.split('.').map(Number)
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < 4; i++) {
    const difference = left[i]! - right[i]!
    if (difference !== 0) return difference
  }
  return 0
}
