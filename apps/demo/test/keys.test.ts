import xterm from '@xterm/headless'
import { expect, test } from 'vitest'
import { Demo } from '../src/demo.js'
import { EventLog } from '../src/event-log.js'
import { Interactive } from '../src/interactive.js'
import { LiveView, type Screen } from '../src/view/live-view.js'
import { takeSnapshot } from '../src/view/snapshot.js'

const poll = { timeout: 60_000, interval: 20 }

function startDemo(): Promise<Demo> {
  const { signal } = new AbortController()
  return Demo.start({ existing: undefined, retireAfter: 60_000, log: new EventLog(), signal })
}

test('keys crash one shard while another is frozen, and restore both', async () => {
  await using demo = await startDemo()
  const keys = new Interactive(demo)

  keys.press({ do: 'crash' })
  keys.press({ do: 'next' })
  expect(keys.selected).toBe(1)
  keys.press({ do: 'freeze' })
  await expect.poll(() => takeSnapshot(demo).shards[1]?.fault?.kind, poll).toBe('freeze')
  keys.press({ do: 'freeze' })
  await expect.poll(() => keys.message, poll).toContain('its last fault is not over')

  await expect.poll(() => demo.faults.records.length, poll).toBe(2)
  const kinds = demo.faults.records.map(({ kind, shard }) => `${kind} ${shard}`)
  expect(kinds.sort()).toEqual(['crash shard-1', 'freeze shard-2'])
  expect(demo.faults.records.every(({ isRecovered }) => isRecovered)).toBe(true)

  keys.press({ do: 'planned' })
  await expect.poll(() => keys.message, poll).toContain('Restore it first')
  keys.press({ do: 'restore' })
  keys.press({ do: 'pick', index: 0 })
  keys.press({ do: 'restore' })
  const broken = () => takeSnapshot(demo).shards.flatMap((shard) => shard.broken)
  await expect.poll(broken, poll).toEqual([])

  // Restored at once: a failover may come all the same, and the fault is over in both cases.
  keys.press({ do: 'pick', index: 2 })
  keys.press({ do: 'freeze' })
  await expect.poll(() => takeSnapshot(demo).shards[2]?.broken.length, poll).toBe(1)
  keys.press({ do: 'restore' })
  await expect
    .poll(() => demo.faults.records.at(2), poll)
    .toMatchObject({
      kind: 'freeze',
      shard: 'shard-3',
      isRecovered: true,
    })

  keys.press({ do: 'quit' })
  expect(await keys.ended).toBe('quit')
  const { shards } = await demo.finish()
  for (const { writes } of Object.values(shards)) {
    expect(writes).toMatchObject({ duplicated: 0, pending: 0 })
    expect(writes.verified + writes.lost).toBe(writes.acknowledged)
  }
})

test('a demo that is closed in the midst of a fault waits for nothing', async () => {
  await using demo = await startDemo()
  const keys = new Interactive(demo)
  keys.press({ do: 'freeze' })
  await expect.poll(() => takeSnapshot(demo).shards[0]?.broken.length, poll).toBe(1)
  keys.press({ do: 'interrupt' })
  expect(await keys.ended).toBe('interrupt')
  await demo[Symbol.asyncDispose]()
  await expect.poll(() => demo.conductor.isFaulted, poll).toBe(false)
  expect(demo.faults.records).toEqual([])
})

/** A terminal, and what stands on it. */
class TestScreen implements Pick<Screen, 'columns' | 'rows'> {
  readonly columns = 80
  readonly rows = 24
  readonly #terminal = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true })

  readonly screen = Object.assign(this, {
    write: (text: string) => this.#terminal.write(text),
    on: () => this.screen,
    off: () => this.screen,
  }) as unknown as Screen

  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#terminal.write('', resolve))
    const { active } = this.#terminal.buffer
    return Array.from({ length: 24 }, (_, i) => active.getLine(i)?.translateToString(true) ?? '')
  }
}

test('the terminal shows the selected shard, the keys and what came of the last one', async () => {
  await using demo = await startDemo()
  const keys = new Interactive(demo)
  const terminal = new TestScreen()
  const view = new LiveView(demo, terminal.screen, () => keys)
  try {
    keys.press({ do: 'next' })
    keys.press({ do: 'open' })
    view.draw()
    const lines = await terminal.lines()
    expect(lines.find((line) => line.startsWith('> '))).toContain('shard-2')
    expect(lines.at(-1)).toContain('c crash  f freeze  p planned  r restore  q quit')
    expect(lines.at(-2)?.trimEnd()).toBe('There is no page: start without --terminal')
    // The clock ends in the last column.
    expect(lines[0]).toMatch(/^disredis demo .* \w+ \d\d:\d\d$/)
    expect(lines[0]).toHaveLength(80)
  } finally {
    view.close()
  }
})

test('q in the midst of a fault ends within seconds and judges what could be looked at', async () => {
  await using demo = await startDemo()
  const traffic = demo.workload.traffic
  await expect
    .poll(
      () => Math.min(...[...traffic.values()].map(({ ledger }) => ledger.totals().acknowledged)),
      poll,
    )
    .toBeGreaterThan(20)
  const fault = demo.conductor.inject('freeze', 'shard-1')
  fault.catch(() => undefined)
  await expect.poll(() => takeSnapshot(demo).shards[0]?.broken.length, poll).toBe(1)
  const { guarantees, shards } = await demo.conclude()
  const held = new Map(guarantees.map((guarantee) => [guarantee.id, guarantee.held]))
  expect(held.get('unverified')).toBeNull()
  for (const id of ['duplicated', 'strangers', 'unsettled', 'wrongReplies']) {
    expect([id, held.get(id)]).toEqual([id, true])
  }
  for (const name of ['shard-2', 'shard-3']) {
    const { acknowledged, verified, lost } = shards[name]?.writes ?? {}
    expect([name, verified]).toEqual([name, (acknowledged ?? 0) - (lost ?? 0)])
  }
})
