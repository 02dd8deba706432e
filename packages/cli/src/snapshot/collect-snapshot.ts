import { type Address, formatAddress } from '@disredis/sentinel'
import type { Deployment } from '../connection/access.js'
import { openConnectionSession } from '../nodes/connection-session.js'
import { askNode } from './ask-node.js'
import { askSentinel } from './ask-sentinel.js'
import type { Asking } from './ask-server.js'
import type { SentinelReport, Snapshot } from './snapshot.js'

/** What tests put in place of the machine's own. */
export interface CollectOptions {
  readonly open?: Asking['open']
  /** This machine's clock, ms since 1970. */
  readonly now?: () => number
}

/**
 * Asks every Sentinel, those that they name, and every node that any of them lists: all at once, in
 * two rounds, each within `deployment.timeout`. Reads only. What does not answer is in the snapshot as
 * that: nothing of it throws.
 */
export async function collectSnapshot(
  deployment: Deployment,
  { open = openConnectionSession, now = Date.now }: CollectOptions = {},
): Promise<Snapshot> {
  const asking: Asking = { open, now, timeout: deployment.timeout }
  const takenAt = now()
  const startedAt = performance.now()
  const seeds = await Promise.all(
    deployment.sentinels.map((address) => askSentinel(address, true, deployment, asking)),
  )
  const listed = new Map<string, { address: Address; shards: Set<string> }>()
  const askListed = (sentinels: readonly SentinelReport[]) =>
    Promise.all(
      [...list(sentinels, listed)].map(({ address, shards }) =>
        askNode(address, [...shards].sort(), deployment, asking),
      ),
    )
  const [others, nodes] = await Promise.all([
    Promise.all(unasked(seeds).map((address) => askSentinel(address, false, deployment, asking))),
    askListed(seeds),
  ])
  const sentinels = withoutTwins([...seeds, ...others])
  // Only where Sentinels differ do those of the second round list more.
  const late = await askListed(others)
  const names = sentinels.flatMap(({ masters }) => masters.map(({ name }) => name))
  return {
    takenAt,
    duration: performance.now() - startedAt,
    sentinels,
    nodes: [...nodes, ...late].map((node) => ({
      ...node,
      shards: [...(listed.get(formatAddress(node.address))?.shards ?? node.shards)].sort(),
    })),
    shards: [...new Set([...names, ...(deployment.masters ?? [])])].sort(),
  }
}

/** Adds what these Sentinels list to `known`, and gives what is new. */
function* list(
  sentinels: readonly SentinelReport[],
  known: Map<string, { address: Address; shards: Set<string> }>,
): Iterable<{ address: Address; shards: Set<string> }> {
  for (const { masters } of sentinels) {
    for (const { name, address, replicas } of masters) {
      for (const one of [address, ...replicas.map((replica) => replica.address)]) {
        const key = formatAddress(one)
        const entry = known.get(key)
        if (entry !== undefined) {
          entry.shards.add(name)
          continue
        }
        const added = { address: one, shards: new Set([name]) }
        known.set(key, added)
        yield added
      }
    }
  }
}

/** Sentinels that others name and that nobody has asked: told apart by id where it is known. */
function unasked(asked: readonly SentinelReport[]): readonly Address[] {
  const ids = new Set(asked.map(({ id }) => id))
  const addresses = new Set(asked.map(({ address }) => formatAddress(address)))
  const found = new Map<string, Address>()
  for (const { masters } of asked) {
    for (const peer of masters.flatMap(({ peers }) => peers)) {
      const key = formatAddress(peer.address)
      if (!ids.has(peer.id) && !addresses.has(key)) found.set(key, peer.address)
    }
  }
  return [...found.values()]
}

/** A Sentinel that was given twice, by name and by address, is one. */
function withoutTwins(sentinels: readonly SentinelReport[]): readonly SentinelReport[] {
  const ids = new Set<string>()
  return sentinels.filter(({ id }) => {
    if (id === undefined) return true
    if (ids.has(id)) return false
    ids.add(id)
    return true
  })
}
