import { useEffect, useRef, useState } from 'preact/hooks'
import type { FailoverRecord } from '../../../src/failovers/failover-record.js'
import { clock, count, plural } from '../format.js'
import { useNumbered, useSection } from '../store.js'
import { palettes, shardHue, useTheme } from '../theme.js'
import { pictureOf, save } from './export-picture.js'
import { spanOf } from './timeline-layout.js'
import { TimelinePicture } from './timeline-picture.js'

/** The failovers, the newest one first shown; each can be chosen, compared and taken along. */
export function Timeline() {
  const records = useNumbered<FailoverRecord>('failover:')
  const [chosen, setChosen] = useState<number | undefined>()
  const [isCompared, setCompared] = useState(false)
  const newest = records.at(-1)
  // A new failover is what one wants to see; another one stays chosen only until then.
  const newestId = newest?.id
  useEffect(() => {
    if (newestId !== undefined) setChosen(undefined)
  }, [newestId])
  const shown = records.find(({ id }) => id === chosen) ?? newest
  const before = shown && records.filter(({ id }) => id < shown.id).at(-1)
  const compared = isCompared ? before : undefined
  return (
    <section class="panel timeline" aria-labelledby="timeline-title">
      <div class="panel-head">
        <h2 id="timeline-title">Failover timeline</h2>
        {records.length > 1 && (
          <select
            aria-label="Which failover"
            value={shown?.id}
            onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
          >
            {[...records].reverse().map(({ id, cause, shard, startedAt }) => (
              <option key={id} value={id}>
                {`${clock(startedAt)} ${cause} ${shard}`}
              </option>
            ))}
          </select>
        )}
      </div>
      {shown === undefined ? (
        <NoFailover />
      ) : (
        <Pictures records={[shown, ...(compared ? [compared] : [])]} />
      )}
      {shown !== undefined && (
        <Tools
          record={shown}
          before={before}
          isCompared={compared !== undefined}
          onCompare={setCompared}
        />
      )}
    </section>
  )
}

function NoFailover() {
  return (
    <p class="empty">
      Nothing has failed yet. Press <strong>Crash</strong> at a shard: what Sentinel says and what
      the client does appears here, on one time axis.
    </p>
  )
}

function Pictures({ records }: { readonly records: readonly FailoverRecord[] }) {
  const demo = useSection('demo')
  const totals = useSection('totals')
  const palette = palettes[useTheme()]
  const [box, width] = useWidth()
  const [first] = records
  const elapsed = (totals?.elapsed ?? 0) - (first?.startedAt ?? 0)
  const span = spanOf(records, elapsed)
  return (
    <div ref={box} class="timeline-pictures">
      {records.map((record) => (
        <figure key={record.id}>
          <figcaption>
            <span>
              <strong>{`${record.cause} of ${record.shard}`}</strong>
              <span class="quiet">{` ${wayOf(record)}`}</span>
            </span>
            <Verdict record={record} />
          </figcaption>
          {width > 0 && (
            <TimelinePicture
              record={record}
              span={span}
              width={width}
              palette={palette}
              hue={shardHue(demo?.shards ?? [], record.shard)}
            />
          )}
        </figure>
      ))}
    </div>
  )
}

/** `127.0.0.1:6380 → :6381`: the second host only where it is another one. */
function wayOf({ from, to }: FailoverRecord): string {
  if (from === null || to === null) return `${from ?? '?'} → ${to ?? '…'}`
  const host = from.slice(0, from.lastIndexOf(':'))
  return `${from} → ${to.startsWith(`${host}:`) ? to.slice(host.length) : to}`
}

function Verdict({ record }: { readonly record: FailoverRecord }) {
  const { cause, acknowledged, lost, unknown, state } = record
  if (cause === 'observed')
    return <span class="quiet">seen from outside; nothing was measured</span>
  const isBad = (lost ?? 0) > 0 || state === 'failed'
  return (
    <span class={`verdict number${isBad ? ' bad' : ''}`}>
      {state === 'failed' && 'not served again · '}
      {`acknowledged ${count(acknowledged)} · lost ${count(lost)} · unknown ${count(unknown)}`}
    </span>
  )
}

interface ToolsProps {
  readonly record: FailoverRecord
  readonly before: FailoverRecord | undefined
  readonly isCompared: boolean
  readonly onCompare: (isCompared: boolean) => void
}

function Tools({ record, before, isCompared, onCompare }: ToolsProps) {
  const palette = palettes[useTheme()]
  const name = `failover-${record.id}-${record.cause}-${record.shard}`
  const savePicture = async () => {
    const svg = document.querySelector<SVGSVGElement>('.timeline-picture')
    if (svg !== null) save(`${name}.png`, await pictureOf(svg, palette.surface))
  }
  const saveJson = () =>
    save(
      `${name}.json`,
      new Blob([JSON.stringify(record, undefined, 2)], { type: 'application/json' }),
    )
  return (
    <div class="tools">
      <label>
        <input
          type="checkbox"
          checked={isCompared}
          disabled={before === undefined}
          onChange={({ currentTarget }) => onCompare(currentTarget.checked)}
        />
        compare with the one before
      </label>
      <span class="spring" />
      <span class="quiet number">
        {plural(
          Object.values(record.errors).reduce((a, b) => a + b, 0),
          'error',
        )}
      </span>
      <button type="button" class="small" onClick={savePicture}>
        PNG
      </button>
      <button type="button" class="small" onClick={saveJson}>
        JSON
      </button>
    </div>
  )
}

/** The width of an element, as it changes. */
function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [box, width]
}
