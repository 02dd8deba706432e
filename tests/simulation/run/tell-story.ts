import { renderStory } from '../core/journal.js'
import { describeFault } from '../schedule/fault.js'
import type { Schedule } from '../schedule/schedule.js'
import type { RunResult } from './run-result.js'

/** A run as text: what was to happen, what happened, and what was wrong with it. */
export function tellStory(schedule: Schedule, result: RunResult): string {
  const { seed, kind, plan, clients, faults } = schedule
  const shards = plan.shards.map(({ name, replicas }) => `${name} with ${replicas} replica(s)`)
  return [
    `seed ${seed} (${kind}): ${shards.join(', ')}, ${plan.sentinels} Sentinels, down-after ${plan.downAfter} ms, failover-timeout ${plan.failoverTimeout} ms, ${clients.length} client(s)`,
    ...faults.map((fault) => `  at ${(300 + fault.at).toFixed(0)}: ${describeFault(fault)}`),
    '',
    renderStory(result.story),
    '',
    ...(result.violations.length === 0
      ? ['Nothing was wrong.']
      : result.violations.map(({ kind, at, what }) => `${kind} at ${at.toFixed(1)}: ${what}`)),
    '',
    `The schedule: ${JSON.stringify(schedule)}`,
  ].join('\n')
}
