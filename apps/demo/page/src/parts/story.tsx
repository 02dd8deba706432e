import type { FailoverRecord } from '../../../src/failovers/failover-record.js'
import { count } from '../format.js'
import { narrate } from '../narrate.js'
import { useNumbered, useSection, useShards } from '../store.js'

/** One sentence on what happens, and the figures that prove it. */
export function Story() {
  const demo = useSection('demo')
  const totals = useSection('totals')
  const failovers = useNumbered<FailoverRecord>('failover:')
  const shards = useShards(demo?.shards ?? [])
  const text =
    demo && totals ? narrate({ demo, totals, shards, failovers }) : 'Waiting for the demo …'
  return (
    <section class="story" aria-label="What happens">
      <p class="sentence" role="status" data-testid="story">
        {text}
      </p>
      <dl class="proof">
        <Figure name="acknowledged" value={totals?.acknowledged} />
        <Figure name="verified" value={totals?.verified} />
        <Figure name="lost" value={totals?.lost} isBadAbove={0} testId="lost" />
        <Figure name="repeated" value={totals?.duplicated} isBadAbove={0} testId="twice" />
        <Figure
          name={`of ${count(totals?.crowd.visitors)} signed in`}
          value={totals?.crowd.signedIn}
        />
        <Figure
          name="signed out"
          value={totals?.crowd.signedOut}
          isBadAbove={0}
          testId="signed-out"
        />
      </dl>
    </section>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: number | undefined
  readonly isBadAbove?: number
  readonly testId?: string
}

function Figure({ name, value, isBadAbove = Number.POSITIVE_INFINITY, testId }: FigureProps) {
  const isBad = (value ?? 0) > isBadAbove
  return (
    <div class={isBad ? 'bad' : ''}>
      <dt>{name}</dt>
      <dd class="number" data-testid={testId}>
        {count(value)}
      </dd>
    </div>
  )
}
