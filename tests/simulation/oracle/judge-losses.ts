import type { RedisNode } from '../node/redis-node.js'
import type { WriteRecord } from '../node/write-history.js'
import type { Ledger } from '../workload/ledger.js'
import type { Operation } from '../workload/operation.js'
import type { World } from '../world/world.js'
import { nameOf } from './judge-operations.js'
import type { LostWrite } from './loss-excuses.js'
import { historyOf } from './shard-history.js'
import type { Violation } from './violation.js'

/** The node whose data the shard has in the end. */
export function finalNode(world: World, shard: string): RedisNode | undefined {
  const named = world.sentinels.find(({ isRunning }) => isRunning)?.masters.get(shard)?.address.host
  return world.nodesOf(shard).find(({ address }) => address.host === named)
}

/** Acknowledged writes that no later master has. `judge` says why one must not be lost, if it must not. */
export function judgeLosses(
  world: World,
  ledger: Ledger,
  judge: (lost: LostWrite) => string | undefined,
): { readonly violations: Violation[]; readonly lost: number } {
  const violations: Violation[] = []
  let lost = 0
  const histories = new Map<string, ReadonlySet<WriteRecord>>()
  for (const { name } of world.plan.shards) {
    histories.set(name, historyOf(finalNode(world, name)?.head))
  }
  for (const operation of ledger.operations) {
    if (operation.outcome !== 'acknowledged' || operation.token === undefined) continue
    const executions = ledger.executionsOf(operation)
    if (executions.length === 0) continue
    const isKept = executions.some(({ node, record }) =>
      histories.get(world.shardOf(node))!.has(record),
    )
    if (isKept) continue
    lost++
    // The one that was answered: one that may be repeated may arrive once more, later.
    const { node, record } =
      executions.findLast((it) => it.record.at <= operation.settledAt) ?? executions.at(-1)!
    const why = judge({ operation, shard: world.shardOf(node), node, record })
    if (why === undefined) continue
    violations.push({
      kind: 'acknowledged write lost',
      at: record.at,
      what: `${nameOf(operation)}: ${node.name} executed it at ${record.at.toFixed(1)}, the client had the reply at ${operation.settledAt.toFixed(1)}, and no later master has it: ${why}`,
    })
  }
  return { violations, lost }
}

/** Of one client and one shard, writes are executed in the order in which they were issued. */
export function judgeOrder(world: World, ledger: Ledger): Violation[] {
  const violations: Violation[] = []
  const latest = new Map<string, { readonly id: number; readonly at: number }>()
  const firsts = ledger.operations
    // What was given up as unknown may still arrive much later: TCP goes on trying.
    .filter(
      ({ outcome, isApart, mayRepeat }) => outcome === 'acknowledged' && !isApart && !mayRepeat,
    )
    .flatMap((operation) => {
      const [first] = ledger.executionsOf(operation)
      return first === undefined ? [] : [{ operation, first }]
    })
    .sort((a, b) => a.first.record.at - b.first.record.at || order(a.first.record, b.first.record))
  for (const { operation, first } of firsts) {
    const lane = `${operation.client} ${world.shardOf(first.node)} ${first.node.name}`
    const before = latest.get(lane)
    const isLater = before !== undefined && before.id > operation.id
    if (isLater && !wasRefused(world, ledger, operation, ledger.operations[before.id]!)) {
      violations.push({
        kind: 'executed out of order',
        at: first.record.at,
        what: `${nameOf(operation)} was executed after ${nameOf(ledger.operations[before.id]!)}, which was issued later`,
      })
    }
    latest.set(lane, { id: operation.id, at: first.record.at })
  }
  return violations
}

/**
 * NOREPLICAS that ends while both are on their way takes the later one before the refused one comes again
 * (docs/failover.md, promise 6).
 */
function wasRefused(world: World, ledger: Ledger, first: Operation, later: Operation): boolean {
  const sentAt = ledger.sentAt(first)!
  return (
    (world.plan.node.minReplicasToWrite ?? 0) > 0 &&
    sentAt <= ledger.sentAt(later)! &&
    ledger.lastSentAt(first)! > sentAt
  )
}

function order(a: WriteRecord, b: WriteRecord): number {
  return a.offset - b.offset
}
