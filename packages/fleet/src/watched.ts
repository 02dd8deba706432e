import type { Address } from '@disredis/connection'
import { ask, isPair } from './ask.js'
import type { FleetNode } from './fleet-node.js'
import type { ExpectedShard } from './in-sync.js'
import { fieldsOf, type Reply } from './reply.js'

/** Why a Sentinel could not lead a failover of the shard; undefined when every one could. */
export async function whyNotWatched(shard: ExpectedShard): Promise<string | undefined> {
  const reasons = await Promise.all(shard.sentinels.map((node) => whyNotReady(node, shard)))
  return reasons.find((reason) => reason !== undefined)
}

async function whyNotReady(sentinel: FleetNode, shard: ExpectedShard): Promise<string | undefined> {
  const { name } = shard
  const answers = await ask(sentinel, [
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name],
    ['SENTINEL', 'CKQUORUM', name],
    ['SENTINEL', 'MASTER', name],
    ['SENTINEL', 'REPLICAS', name],
    ['SENTINEL', 'SENTINELS', name],
  ])
  if (typeof answers === 'string') return answers
  const [address, quorum, master, replicas, sentinels] = answers
  const says = (what: string) => `${sentinel} on ${name}: ${what}`
  const expected = shard.master.address
  if (!isPair(address, expected.host, expected.port)) {
    return says(`the master is ${JSON.stringify(address)} and not ${shard.master}`)
  }
  if (!String(quorum).startsWith('OK')) return says(String(quorum))
  const others = shard.sentinels.filter((node) => node !== sentinel)
  const reason =
    whyNotHealthy(master === undefined ? [] : [master], [shard.master], 'master') ??
    whyNotHealthy(replicas, shard.replicas, 'slave') ??
    whyNotHealthy(sentinels, others, 'sentinel')
  return reason === undefined ? undefined : says(reason)
}

/** More flags than the kind mean trouble: `s_down`, `disconnected`, `failover_in_progress`, ... */
function whyNotHealthy(
  list: Reply | undefined,
  nodes: readonly FleetNode[],
  kind: 'master' | 'slave' | 'sentinel',
): string | undefined {
  const entries = Array.isArray(list) ? list.map(fieldsOf) : []
  for (const node of nodes) {
    const entry = entries.find((fields) => isEntryOf(fields, node.address))
    if (entry === undefined) return `does not know ${node}`
    if (flagsOf(entry) !== kind) return `${node} has flags ${entry.get('flags')}`
    // From the last INFO. A Sentinel that still believes in the role before would undo a promotion:
    // it sends SLAVEOF to a replica that has said `master` for 8 s by its account (sentinel.c).
    if (kind !== 'sentinel' && entry.get('role-reported') !== kind) {
      return `${node} is reported as ${entry.get('role-reported')}`
    }
    // Comes with the first INFO; a replica without it cannot be promoted (NOGOODSLAVE).
    if (entry.get('runid') === '') return `has no INFO of ${node}`
    // Valkey 9.1 promotes no replica that its Sentinel still takes for cut off (NOGOODSLAVE): it then asks
    // it for INFO once a second.
    const link = entry.get('master-link-status')
    if (kind === 'slave' && link !== 'ok') return `${node} is reported with a link that is ${link}`
  }
  return undefined
}

/**
 * Without the last word of a Sentinel on whether the master is down: Valkey 9.1 asks only while it thinks
 * so itself, and keeps the answer after a failover.
 */
function flagsOf(entry: Map<string, string>): string | undefined {
  return entry.get('flags')?.replace(/,master_down\b/, '')
}

function isEntryOf(fields: Map<string, string>, { host, port }: Address): boolean {
  return fields.get('ip') === host && fields.get('port') === `${port}`
}
