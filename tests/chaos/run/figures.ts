import type { FinalState } from '../oracle/final-state.js'
import type { Judgement } from '../oracle/judge.js'
import type { Lane } from '../oracle/lane.js'
import { latency, timingOf } from '../oracle/timing.js'
import type { Scenario } from '../scenario.js'
import type { World } from '../world/world.js'

/** The figures of a run: those of the judgement, times in ms, and what waited. */
export function figuresOf(
  world: World,
  { measured, proxied }: Scenario,
  judgement: Judgement,
  states: ReadonlyMap<Lane, FinalState>,
): Record<string, number> {
  const { marks, ledger, queue, observer } = world
  const { lostWithoutExcuse: _excuse, lostAt: _at, ...counts } = judgement
  const figures: Record<string, number> = { ...counts }
  const fault = marks.get('fault')
  const end = world.mark('end')
  const shards = measured ?? [world.shard]
  const lanes = ledger.lanes.filter(({ shard }) => shards.includes(shard))
  if (fault !== undefined) {
    for (const shard of shards) {
      const firstSwitch = observer.firstSwitch(shard, fault)?.at
      const timing = timingOf(ledger.lanesOf(shard), states, { fault, firstSwitch, end })
      // Of several shards the slowest counts.
      const atLeast = (name: string, value: number) => {
        figures[name] = Math.max(figures[name] ?? Number.NEGATIVE_INFINITY, value)
      }
      atLeast('firstAck', timing.firstAck)
      atLeast('gap', timing.gap)
      if (timing.afterSwitch !== undefined) atLeast('afterSwitch', timing.afterSwitch)
      if (firstSwitch !== undefined) atLeast('switch', firstSwitch - fault)
    }
    const others = ledger.lanes.filter(({ shard }) => !shards.includes(shard))
    const before = latency(others, { from: 0, until: fault })
    const during = latency(others, { from: fault, until: end })
    if (before !== undefined) figures.othersBefore = before
    if (during !== undefined) figures.othersDuring = during
    if (before !== undefined && during !== undefined) {
      figures.othersChange = (100 * during) / before
    }
  }
  const p99 = latency(lanes, { from: 0, until: end })
  if (p99 !== undefined) figures.latency = p99
  if (world.subjectName === 'disredis') {
    figures.queuedCommands = queue.commands
    figures.queuedBytes = queue.bytes
  }
  figures.oldestPending = queue.age
  if (proxied?.includes('data') && !world.figures.has('dials')) {
    figures.dials = world.proxies.all().reduce((sum, { accepted }) => sum + accepted, 0)
  }
  return figures
}
