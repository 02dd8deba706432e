import type { Schedule } from '../schedule/schedule.js'
import type { Ledger } from '../workload/ledger.js'
import type { Operation } from '../workload/operation.js'
import { nameOf, type StallTimes } from './judge-operations.js'
import type { Violation } from './violation.js'

/** ms without a byte after which nothing may be written: 200, a tick of the client's clock, and some. */
const silence = 400

/** ms: no handshake counts for more. */
const longestRoundTrip = 500

/**
 * How much longer a link may be silent in a schedule: as long as its handshake took at most, on a slow way,
 * while a host was slow, or while the client's event loop stood still, ms.
 */
export function slowestHandshake({ clients, faults }: Schedule): number {
  const slow = faults.filter(({ kind }) => kind === 'slowHost').map(({ amount }) => amount)
  const stalls = faults.filter(({ kind }) => kind === 'clientStall').map(({ duration }) => duration)
  const distance = Math.max(0, ...clients.map((client) => client.distance ?? 0))
  const way = 2 * (distance + Math.max(0, ...slow))
  return Math.min(longestRoundTrip, way + Math.max(0, ...stalls))
}

/**
 * A link over which replies have been due for a while, and nothing came, is not written to: what is
 * called then has a known outcome.
 */
export function judgeSilence(ledger: Ledger, stalls: StallTimes, roundTrip: number): Violation[] {
  const longest = silence + roundTrip
  const violations: Violation[] = []
  const lanes = new Map<string, Operation[]>()
  for (const operation of ledger.operations) {
    if (operation.shard === undefined || operation.isApart || operation.mayRepeat) continue
    const lane = `${operation.client} ${operation.shard}`
    const known = lanes.get(lane)
    if (known === undefined) lanes.set(lane, [operation])
    else known.push(operation)
  }
  for (const operations of lanes.values()) {
    for (const operation of operations) {
      if (operation.outcome !== 'unknown') continue
      const sentAt = ledger.sentAt(operation)
      if (sentAt === undefined || sentAt - operation.issuedAt > 5) continue
      const from = sentAt - longest
      if (stalls(operation.client, from - 1000, sentAt) > 0) continue
      const isDue = operations.some((it) => {
        const before = ledger.lastSentAt(it)
        return before !== undefined && before < from && it.settledAt > sentAt
      })
      const hasAnswered = operations.some(
        ({ settledAt, outcome }) =>
          outcome === 'acknowledged' && settledAt >= from && settledAt <= sentAt,
      )
      if (!isDue || hasAnswered) continue
      violations.push({
        kind: 'written to a silent link',
        at: sentAt,
        what: `${nameOf(operation)} was written although replies had been due for ${longest} ms`,
      })
    }
  }
  return violations
}
