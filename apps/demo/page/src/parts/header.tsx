import type { LoadLevel } from '../../../src/web/sections.js'
import { clock } from '../format.js'
import { act, useOperator } from '../operator.js'
import { useSection } from '../store.js'
import { toggleTheme, useTheme } from '../theme.js'

const levels: readonly LoadLevel[] = ['low', 'normal', 'high']

export function Header({ onHelp }: { readonly onHelp: () => void }) {
  const demo = useSection('demo')
  const totals = useSection('totals')
  const theme = useTheme()
  const { isOperator } = useOperator()
  return (
    <header class="top">
      <h1>
        <Mark />
        disredis <span class="quiet">demo</span>
      </h1>
      <p class="deployment quiet">{demo?.description ?? 'connecting …'}</p>
      <div class="top-tools">
        {demo && <Health state={demo.health} warnings={demo.warnings} />}
        <span class="number clock">
          <span class="visually-hidden">running for </span>
          {totals === undefined ? '--:--' : clock(totals.elapsed)}
        </span>
        <label class="load">
          Load{' '}
          <select
            value={demo?.load ?? 'normal'}
            disabled={isOperator !== true}
            onChange={({ currentTarget }) => act({ do: 'load', level: currentTarget.value })}
          >
            {levels.map((level) => (
              <option key={level} value={level}>
                {level}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="small" onClick={toggleTheme}>
          {theme === 'dark' ? 'Light' : 'Dark'}
        </button>
        <button type="button" class="small" onClick={onHelp}>
          Keys <kbd>?</kbd>
        </button>
      </div>
    </header>
  )
}

const healthWords = { ok: 'all well', degraded: 'degraded', down: 'a shard is down' } as const

function Health({
  state,
  warnings,
}: {
  readonly state: keyof typeof healthWords
  readonly warnings: readonly string[]
}) {
  return (
    <span class={`pill health-${state}`} title={warnings.join('\n') || 'Nothing is wrong'}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {state === 'ok' ? (
          <path
            d="M1.500 6.500 4.500 9.500 10.500 3"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
          />
        ) : state === 'degraded' ? (
          <path d="M6 1 11.500 11H.5Z" fill="currentColor" />
        ) : (
          <path d="M2 2l8 8M10 2l-8 8" fill="none" stroke="currentColor" stroke-width="2" />
        )}
      </svg>
      <span class="visually-hidden">Health: </span>
      {healthWords[state]}
    </span>
  )
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <g fill="none" stroke-width="7">
        <path stroke="#0072B2" d="M16 5a11 11 0 0 1 9.500 16.500" />
        <path stroke="#E69F00" d="M25.500 21.500a11 11 0 0 1-19 0" />
        <path stroke="#009E73" d="M6.500 21.500A11 11 0 0 1 16 5" />
      </g>
    </svg>
  )
}
