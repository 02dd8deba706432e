import { useCallback, useEffect, useState } from 'preact/hooks'
import type { LoadLevel } from '../../src/web/sections.js'
import { useKeys } from './keys.js'
import { act, learnOperator, say } from './operator.js'
import { AccountStrip } from './parts/account-strip.js'
import { Comparison } from './parts/comparison.js'
import { Events } from './parts/events.js'
import { Footer } from './parts/footer.js'
import { Header } from './parts/header.js'
import { HelpDialog } from './parts/help-dialog.js'
import { LostBanner } from './parts/lost-banner.js'
import { MethodDialog } from './parts/method-dialog.js'
import { Sentinels } from './parts/sentinels.js'
import { ShardCard } from './parts/shard-card.js'
import { SlotRing } from './parts/slot-ring.js'
import { Story } from './parts/story.js'
import { useLink, useSection } from './store.js'
import { toggleTheme } from './theme.js'
import { Timeline } from './timeline/timeline.js'

type OpenDialog = 'help' | 'method' | undefined

export function App() {
  const demo = useSection('demo')
  const link = useLink()
  const [selected, setSelected] = useState(0)
  const [dialog, setDialog] = useState<OpenDialog>()
  const shards = demo?.shards ?? []
  const instance = demo?.instance
  // Another start of the demo has other secrets; what was said of the last one is over.
  useEffect(() => {
    if (instance === undefined) return
    say('')
    learnOperator().catch(() => undefined)
  }, [instance])
  const onKey = useCallback(
    (key: string) => {
      const shard = shards[selected]
      const number = Number(key)
      if (Number.isInteger(number) && number >= 1 && number <= shards.length)
        setSelected(number - 1)
      else if (key === '?') setDialog('help')
      else if (key === 't') toggleTheme()
      else if (shard !== undefined) actByKey(key, shard, selected, demo?.load ?? 'normal')
    },
    [shards, selected, demo?.load],
  )
  useKeys(onKey)
  const close = () => setDialog(undefined)
  return (
    <div class={`app link-${link.state}`}>
      <a class="skip" href="#shards">
        To the shards
      </a>
      <Header onHelp={() => setDialog('help')} />
      <LostBanner />
      <main>
        <Story />
        <AccountStrip />
        <div class="column left">
          <SlotRing />
          <Sentinels />
        </div>
        <div class="column middle" id="shards">
          {shards.map((name, i) => (
            <ShardCard
              key={name}
              name={name}
              number={i + 1}
              isSelected={i === selected}
              onSelect={() => setSelected(i)}
            />
          ))}
          {demo === undefined && <p class="panel empty">Waiting for the demo …</p>}
        </div>
        <div class="column right">
          <Timeline />
          <Events />
        </div>
        <Comparison onMethod={() => setDialog('method')} />
      </main>
      <Footer />
      <HelpDialog isOpen={dialog === 'help'} onClose={close} />
      <MethodDialog isOpen={dialog === 'method'} onClose={close} />
    </div>
  )
}

const nextLoad: Readonly<Record<LoadLevel, LoadLevel>> = {
  low: 'normal',
  normal: 'high',
  high: 'low',
}

function actByKey(key: string, shard: string, index: number, load: LoadLevel): void {
  const actions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    c: { do: 'crash', shard },
    f: { do: 'freeze', shard },
    p: { do: 'planned', shard },
    r: { do: 'restore', shard },
    x: { do: 'cut', server: `server-${index + 1}` },
    s: { do: 'kill-sentinel', sentinel: `sentinel-${index + 1}` },
    a: { do: 'restore' },
    l: { do: 'load', level: nextLoad[load] },
  }
  const action = Object.hasOwn(actions, key) ? actions[key] : undefined
  if (action !== undefined) void act(action)
}
