import { useRef } from 'preact/hooks'
import type { Standing } from '../../../src/comparison/comparison.js'
import { ago, count, seconds } from '../format.js'
import { useSection } from '../store.js'
import { ScrollBox } from './scroll-box.js'

interface Column {
  readonly name: string
  readonly title: string
  readonly value: (standing: Standing) => number
  readonly format: (value: number) => string
  /** More than that is bad. */
  readonly limit?: number
}

const columns: readonly Column[] = [
  {
    name: 'acknowledged',
    title: 'writes that resolved',
    value: (it) => it.acknowledged,
    format: count,
  },
  {
    name: 'lost',
    title: 'acknowledged, and not there',
    value: (it) => it.lost,
    format: count,
    limit: 0,
  },
  {
    name: 'repeated',
    title: 'executed more than once',
    value: (it) => it.repeated,
    format: count,
    limit: 0,
  },
  {
    name: 'unknown',
    title: 'nobody was told their outcome',
    value: (it) => it.unknown,
    format: count,
  },
  { name: 'errors', title: 'of reads and writes', value: (it) => it.errors, format: count },
  {
    name: 'away',
    title: 'all times without an acknowledged write',
    value: (it) => it.away,
    format: seconds,
  },
  { name: 'longest', title: 'the longest of them', value: (it) => it.longestAway, format: seconds },
]

/** The same fleet, load, faults and oracle for three clients. */
export function Comparison({ onMethod }: { readonly onMethod: () => void }) {
  const standings = useSection('comparison')
  const totals = useSection('totals')
  return (
    <section class="panel comparison" aria-labelledby="comparison-title">
      <div class="panel-head">
        <h2 id="comparison-title">Side by side</h2>
        <p class="quiet">the same fleet, load, deadlines and faults, since the start</p>
        <span class="spring" />
        <button type="button" class="small" onClick={onMethod}>
          How this is measured
        </button>
      </div>
      {standings === null ? (
        <p class="empty">Other clients run beside disredis on a fleet of the demo’s own only.</p>
      ) : (
        <ScrollBox titleId="comparison-title">
          <table>
            <thead>
              <tr>
                <th scope="col">client</th>
                {columns.map(({ name, title }) => (
                  <th key={name} scope="col" title={title}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(standings ?? []).map((standing) => (
                <tr key={standing.name} data-testid={`standing-${standing.name}`}>
                  <th scope="row">{standing.name}</th>
                  {columns.map((column) => (
                    <Cell
                      key={column.name}
                      column={column}
                      value={column.value(standing)}
                      elapsed={totals?.elapsed ?? 0}
                    />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </section>
  )
}

interface CellProps {
  readonly column: Column
  readonly value: number
  readonly elapsed: number
}

/** A figure, and when it changed last. */
function Cell({ column, value, elapsed }: CellProps) {
  const last = useRef({ value, at: value === 0 ? undefined : elapsed })
  if (last.current.value !== value) last.current = { value, at: elapsed }
  const { at } = last.current
  const isBad = column.limit !== undefined && value > column.limit
  return (
    <td class={`number${isBad ? ' bad' : ''}`}>
      {column.format(value)}
      <small>{at === undefined ? 'never' : ago(elapsed - at)}</small>
    </td>
  )
}
