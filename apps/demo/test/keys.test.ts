import { expect, test } from 'vitest'
import { Demo } from '../src/demo.js'
import { EventLog } from '../src/event-log.js'
import { Interactive } from '../src/interactive.js'
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
