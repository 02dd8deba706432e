import type { FaultKind } from '../../../src/script/statement.js'
import type { NodeSection, ShardSection } from '../../../src/web/sections.js'
import { bytes, count, milliseconds, seconds } from '../format.js'
import { act, useOperator } from '../operator.js'
import { useSamples, useSection } from '../store.js'
import { shardHue } from '../theme.js'
import { Chart } from './chart.js'

export interface ShardCardProps {
  readonly name: string
  readonly number: number
  readonly isSelected: boolean
  readonly onSelect: () => void
}

export function ShardCard({ name, number, isSelected, onSelect }: ShardCardProps) {
  const demo = useSection('demo')
  const shard = useSection(`shard:${name}`)
  const hue = shardHue(demo?.shards ?? [], name)
  if (shard === undefined) return <article class="panel shard" aria-label={name} />
  const titleId = `title-${name}`
  return (
    <article
      class={`panel shard phase-${shard.phase}${isSelected ? ' selected' : ''}`}
      aria-labelledby={titleId}
      data-testid={name}
      onPointerDown={onSelect}
      onFocusCapture={onSelect}
    >
      <div class="shard-head">
        <h2 id={titleId}>
          <i class="swatch" style={{ background: hue }} />
          {name} <kbd>{number}</kbd>
        </h2>
        <Phase shard={shard} />
        <span class="spring" />
        <Buttons shard={shard} faults={demo?.faults ?? []} />
      </div>
      <div class="shard-body">
        <div>
          <Nodes nodes={shard.nodes} />
          <Gate shard={shard} />
        </div>
        <Charts name={name} hue={hue} />
      </div>
    </article>
  )
}

const phaseWords: Readonly<Record<ShardSection['phase'], string>> = {
  connecting: 'connecting',
  ready: 'ready',
  silent: 'silent',
  gated: 'writes held',
  down: 'down',
  closed: 'closed',
}

function Phase({ shard }: { readonly shard: ShardSection }) {
  const { phase, fault } = shard
  return (
    <span class={`phase pill phase-${phase}`} data-testid={`phase-${shard.name}`}>
      <PhaseShape phase={phase} />
      {phaseWords[phase]}
      {fault?.isAwaited === true && <span class="quiet">{` · ${fault.kind} waits`}</span>}
    </span>
  )
}

/** A shape of its own for each phase: colour says it a second time. */
function PhaseShape({ phase }: { readonly phase: ShardSection['phase'] }) {
  const shapes: Readonly<Record<ShardSection['phase'], string>> = {
    ready: 'M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1Z',
    gated: 'M2 1h3v10H2ZM7 1h3v10H7Z',
    down: 'M2.500 1 6 4.500 9.500 1 11 2.500 7.500 6 11 9.500 9.500 11 6 7.500 2.500 11 1 9.500 4.500 6 1 2.500Z',
    silent: 'M1 5h2.500v2H1ZM4.750 5h2.500v2h-2.500ZM8.500 5H11v2H8.500Z',
    connecting: 'M6 1a5 5 0 1 0 5 5H9a3 3 0 1 1-3-3Z',
    closed: 'M1 1h10v10H1ZM3 3v6h6V3Z',
  }
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d={shapes[phase]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  )
}

const rowHeight = 22

/** Master above, replicas below: they change places when one is promoted. */
function Nodes({ nodes }: { readonly nodes: readonly NodeSection[] }) {
  // The order of the page stays: what moves is where a row stands.
  const rows = nodes
    .map((node, place) => ({ node, place }))
    .sort((a, b) => a.node.address.localeCompare(b.node.address))
  return (
    <ul class="nodes" style={{ height: `${nodes.length * rowHeight}px` }}>
      {rows.map(({ node, place }) => (
        <li
          key={node.address}
          class={`node role-${node.role} link-${node.link === 'up' ? 'up' : 'off'}`}
          style={{ transform: `translateY(${place * rowHeight}px)` }}
        >
          <span class="role">{node.role}</span>
          <span class="number address">{node.address}</span>
          <span class="number link">
            {node.link === 'up'
              ? node.role === 'master'
                ? bytes(node.offset)
                : `lag ${bytes(node.lag)}`
              : node.link}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Gate({ shard }: { readonly shard: ShardSection }) {
  const { phase, queue, queueBytes, inFlight, age, errors, lastFailover } = shard
  const isClosed = phase === 'gated' || phase === 'down'
  const isOld = age !== null && age >= 3_000
  return (
    <>
      <div class={`gate${isClosed ? ' closed' : ''}`} aria-hidden="true">
        <i />
      </div>
      <dl class="facts">
        <div>
          <dt>waiting</dt>
          <dd class="number" title={bytes(queueBytes)} data-testid={`queue-${shard.name}`}>
            {count(queue)}
          </dd>
        </div>
        <div>
          <dt>in flight</dt>
          <dd class="number">{count(inFlight)}</dd>
        </div>
        <div>
          <dt>errors</dt>
          <dd class="number">{count(errors)}</dd>
        </div>
        <div>
          <dt>{isOld ? 'offsets' : 'failover'}</dt>
          <dd class="number">{isOld ? `${seconds(age)} old` : seconds(lastFailover)}</dd>
        </div>
      </dl>
    </>
  )
}

function Charts({ name, hue }: { readonly name: string; readonly hue: string }) {
  const window = useSamples(name)
  const { operations, p50, p99 } = window.last
  const known = (value: number) => (Number.isNaN(value) ? null : value)
  const rate = `${count(known(operations))} ops/s`
  const latency = `p50 ${milliseconds(known(p50))}, p99 ${milliseconds(known(p99))}`
  return (
    <div class="charts">
      <figure>
        <figcaption class="number">{rate}</figcaption>
        <Chart window={window} kind="operations" hue={hue} label={`The last minute: now ${rate}`} />
      </figure>
      <figure>
        <figcaption class="number">{latency}</figcaption>
        <Chart window={window} kind="latency" hue={hue} label={`The last minute: now ${latency}`} />
      </figure>
    </div>
  )
}

const buttons: readonly {
  readonly kind: FaultKind
  readonly label: string
  readonly key: string
}[] = [
  { kind: 'crash', label: 'Crash', key: 'c' },
  { kind: 'freeze', label: 'Freeze', key: 'f' },
  { kind: 'planned', label: 'Planned', key: 'p' },
]

function Buttons({
  shard,
  faults,
}: {
  readonly shard: ShardSection
  readonly faults: readonly FaultKind[]
}) {
  const { isOperator } = useOperator()
  const isBroken = shard.nodes.some(({ link }) => link === 'broken')
  const isBusy = shard.fault !== null || isBroken
  return (
    <div class="buttons">
      {buttons
        .filter(({ kind }) => faults.includes(kind))
        .map(({ kind, label, key }) => (
          <button
            key={kind}
            type="button"
            class={kind === 'crash' ? 'small danger' : 'small'}
            disabled={isOperator !== true || isBusy}
            title={isBroken ? 'Restore it first' : `${label} the master (${key})`}
            onClick={() => act({ do: kind, shard: shard.name })}
          >
            {label}
          </button>
        ))}
      {faults.length > 1 && (
        <button
          type="button"
          class="small"
          disabled={isOperator !== true || !isBroken}
          title="Bring back what was broken (r)"
          onClick={() => act({ do: 'restore', shard: shard.name })}
        >
          Restore
        </button>
      )}
    </div>
  )
}
