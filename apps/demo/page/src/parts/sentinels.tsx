import type { SentinelSection } from '../../../src/web/sections.js'
import { nothing } from '../format.js'
import { act, useOperator } from '../operator.js'
import { useSection } from '../store.js'
import { ScrollBox } from './scroll-box.js'

/** Who is in reach, who led, and what each believes. */
export function Sentinels() {
  const demo = useSection('demo')
  const sentinels = useSection('sentinels') ?? []
  const { isOperator } = useOperator()
  const shards = demo?.shards ?? []
  const isOwn = demo?.kind === 'fleet'
  return (
    <section class="panel" aria-labelledby="sentinels-title">
      <div class="panel-head">
        <h2 id="sentinels-title">Sentinels</h2>
        {isOwn && <Servers />}
      </div>
      <ScrollBox titleId="sentinels-title">
        <table class="sentinels">
          <thead>
            <tr>
              <th scope="col">Sentinel</th>
              {shards.map((shard) => (
                <th
                  key={shard}
                  scope="col"
                  title="whom it takes for master, and in which config-epoch"
                >
                  {shard}
                </th>
              ))}
              {isOwn && (
                <th scope="col">
                  <span class="visually-hidden">Action</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {sentinels.map((sentinel) => (
              <tr key={sentinel.address} class={sentinel.isConnected ? '' : 'away'}>
                <th scope="row" title={sentinel.address}>
                  {sentinel.name}
                  <span class="quiet">{stateOf(sentinel)}</span>
                </th>
                {shards.map((shard) => (
                  <Belief
                    key={shard}
                    belief={sentinel.believes[shard]}
                    led={sentinel.led.includes(shard)}
                  />
                ))}
                {isOwn && (
                  <td>
                    <button
                      type="button"
                      class="small"
                      disabled={isOperator !== true || sentinel.isBroken}
                      aria-label={`Kill ${sentinel.name}`}
                      onClick={() => act({ do: 'kill-sentinel', sentinel: sentinel.name })}
                    >
                      Kill
                    </button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  )
}

function stateOf({ isConnected, isBroken }: SentinelSection): string {
  if (isBroken) return 'broken'
  return isConnected ? 'in reach' : 'out of reach'
}

interface BeliefProps {
  readonly belief: SentinelSection['believes'][string] | undefined
  readonly led: boolean
}

function Belief({ belief, led }: BeliefProps) {
  if (belief === undefined) return <td class="number quiet">{nothing}</td>
  const doubt = /s_down|o_down|failover/.exec(belief.flags)?.[0]
  const port = belief.master.slice(belief.master.lastIndexOf(':'))
  return (
    <td class="number" title={`${belief.master}, flags ${belief.flags}`}>
      {port} <span class="quiet">e{belief.epoch}</span>
      {led && (
        <span class="led" title="led the last failover of this shard">
          led
        </span>
      )}
      {doubt !== undefined && <span class="bad">{doubt}</span>}
    </td>
  )
}

/** Whole servers to be cut off: a master here, a replica there and a Sentinel together. */
function Servers() {
  const demo = useSection('demo')
  const { isOperator } = useOperator()
  return (
    <div class="buttons">
      <span class="quiet">Cut off server</span>
      {demo?.servers.map(({ name, nodes }, i) => (
        <button
          key={name}
          type="button"
          class="small"
          disabled={isOperator !== true || demo.isBroken}
          title={nodes.join('\n')}
          aria-label={`Cut ${name} off: ${nodes.join(', ')}`}
          onClick={() => act({ do: 'cut', server: name })}
        >
          {i + 1}
        </button>
      ))}
      <button
        type="button"
        class="small"
        disabled={isOperator !== true || demo?.isBroken !== true}
        onClick={() => act({ do: 'restore' })}
      >
        Restore all
      </button>
    </div>
  )
}
