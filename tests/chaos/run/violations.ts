import type { Judgement } from '../oracle/judge.js'
import type { Ledger } from '../oracle/ledger.js'
import type { Expectation } from '../scenario.js'
import { bounded } from '../scenarios/common.js'
import type { World } from '../world/world.js'

/** What must not have happened and did. */
export function violationsOf(world: World, found: Judgement, expected: Expectation = {}): string[] {
  const { ledger } = world
  const counted: readonly [number, string][] = [
    [found.lostWithoutExcuse, `acknowledged writes are lost${describeLoss(world, found)}`],
    [found.duplicates, 'writes were executed twice'],
    [found.phantoms, 'writes were executed although their error said they were not'],
    [found.misordered, 'acknowledged pushes stand behind later ones'],
    [found.torn, 'transactions were executed in part'],
    [found.wrong, `replies belong to another command: ${ledger.wrong.slice(0, 3).join('; ')}`],
    [found.late, `promises were not settled in time: ${describeLate(world)}`],
  ]
  return [
    ...counted.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
    ...unexpectedErrors(world, expected),
  ]
}

/** Over all shards, by class. */
export function countErrors({ errors }: Ledger): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const classes of errors.values()) {
    for (const [name, count] of classes) counts[name] = (counts[name] ?? 0) + count
  }
  return counts
}

function unexpectedErrors(world: World, { errors: expected = {} }: Expectation): string[] {
  const { ledger } = world
  return [...ledger.errors].flatMap(([shard, classes]) => {
    const allowed = [
      ...(expected['*'] ?? []),
      ...(expected[shard] ?? []),
      ...(hasLostElection(world, shard) ? bounded : []),
    ]
    return [...classes]
      .filter(([name]) => !allowed.includes(name))
      .map(([name, count]) => {
        const sample = ledger.errorSamples.get(name)
        return `${count} unexpected ${name} on ${shard}: ${sample?.message}`
      })
  })
}

/** Sentinels that split their votes leave a shard without a master for longer than calls may take. */
function hasLostElection({ observer }: World, shard: string): boolean {
  return observer.events.some(
    ({ channel, payload }) =>
      channel === '-failover-abort-not-elected' && payload.startsWith(`master ${shard} `),
  )
}

function describeLoss({ journal }: World, { lostAt }: Judgement): string {
  if (lostAt === undefined) return ''
  const [from, until] = lostAt.map((time) => journal.timeOf(time))
  return `, issued from ${from} to ${until}`
}

function describeLate({ ledger: { late, pending }, stalls, journal }: World): string {
  const [worst] = late
    .map(({ command, deadline, settledAt }) => {
      const stalled = stalls.stalled(deadline, settledAt)
      return { command, deadline, stalled, by: settledAt - deadline }
    })
    .sort((a, b) => b.by - b.stalled - (a.by - a.stalled))
  const unsettled = pending.size === 0 ? '' : `, ${pending.size} never`
  if (worst === undefined) return unsettled
  const { command, deadline, by, stalled } = worst
  return (
    `${late.length} late, the worst ${command} due at ${journal.timeOf(deadline)} by ${Math.round(by)} ms, ` +
    `of which the event loop stood still for ${Math.round(stalled)}${unsettled}`
  )
}
