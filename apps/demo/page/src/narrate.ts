import type { FailoverCause, FailoverRecord } from '../../src/failovers/failover-record.js'
import type { DemoSection, ShardSection, TotalsSection } from '../../src/web/sections.js'
import { count, plural, seconds } from './format.js'

export interface Scene {
  readonly demo: DemoSection
  readonly totals: TotalsSection
  readonly shards: readonly ShardSection[]
  /** Oldest first. */
  readonly failovers: readonly FailoverRecord[]
}

/** What happens, for somebody who reads nothing else. */
export function narrate({ demo, totals, shards, failovers }: Scene): string {
  const underWay = failovers.findLast(({ state }) => state === 'under way')
  if (underWay !== undefined) return happening[underWay.cause](underWay.shard)
  const awaited = shards.find(({ fault }) => fault?.isAwaited)
  if (awaited?.fault) {
    return `${awaited.name} will be hit as soon as its replica is in sync: before that, a loss would prove nothing.`
  }
  const last = failovers.at(-1)
  if (last === undefined) return beginning(demo)
  if (last.state === 'failed') return `${last.shard} is not served again. Press Restore.`
  return `${ending(last, totals)}${demo.isBroken ? ' What broke is still down: press Restore.' : ''}`
}

function beginning({ shards, kind }: DemoSection): string {
  const masters = `${numbers[shards.length] ?? count(shards.length)} master${shards.length === 1 ? ' serves' : 's serve'}.`
  return kind === 'fleet'
    ? `${masters} Sign in, press Crash at any of them, and see who notices.`
    : `${masters} Press Planned at any of them, and see who notices.`
}

const numbers: Readonly<Record<number, string>> = {
  1: 'One',
  2: 'Two',
  3: 'Three',
  4: 'Four',
  5: 'Five',
}

const waits = 'Its writes wait for the replica that Sentinel is choosing; nobody else notices.'

const happening: Readonly<Record<FailoverCause, (shard: string) => string>> = {
  crash: (shard) => `The master of ${shard} was killed. ${waits}`,
  freeze: (shard) => `The master of ${shard} hangs. ${waits}`,
  cut: (shard) =>
    `A server is out of reach: the master of ${shard}, another shard’s replica and a Sentinel. ${waits}`,
  planned: (shard) =>
    `Sentinel replaces the master of ${shard} as asked. Writes are held, so that the old master acknowledges none that would be lost.`,
  observed: (shard) => `Sentinel replaces the master of ${shard}. ${waits}`,
}

function ending(record: FailoverRecord, { crowd }: TotalsSection): string {
  const { shard, gap, acknowledged, lost, cause } = record
  const length = gap === null || gap[1] === null ? '' : ` after ${seconds(gap[1] - gap[0])}`
  const isSame = record.to === null || record.to === record.from
  const who = isSame ? 'its master' : 'its promoted replica'
  const served = `${shard} is served by ${who} again${length}.`
  if (cause === 'observed') return served
  const found =
    lost === null
      ? `Looking for each of ${plural(acknowledged, 'acknowledged write')} …`
      : `${plural(acknowledged, 'write')} acknowledged meanwhile, ${count(lost)} lost`
  const people =
    crowd.signedOut === 0
      ? 'nobody was signed out.'
      : `${plural(crowd.signedOut, 'visitor')} signed out.`
  return lost === null ? `${served} ${found}` : `${served} ${found}; ${people}`
}
