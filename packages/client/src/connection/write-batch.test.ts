import { systemRuntime } from '@disredis/connection'
import { expect, test } from 'vitest'
import { WriteBatch } from './write-batch.js'

/** Runs the callbacks one by one in the next turn of the event loop, as one that reads sockets. */
async function turn(...callbacks: (() => void)[]): Promise<void> {
  for (const callback of callbacks) setImmediate(callback)
  await new Promise<void>((resolve) => setImmediate(resolve))
}

/** What a callback does that writes a command; tells how many were written at each flush. */
function world() {
  const batch = new WriteBatch(systemRuntime)
  const flushed: number[] = []
  let written = 0
  const member = {
    flush() {
      flushed.push(written)
      written = 0
    },
  }
  const write = () => {
    batch.countCommand()
    if (written++ === 0) batch.join(member)
  }
  return { write, flushed }
}

test('a lone command leaves with the microtasks, before anything else happens', async () => {
  const { write, flushed } = world()
  for (let i = 1; i <= 10; i++) {
    await turn(write, () => expect(flushed).toHaveLength(i))
  }
})

test('what is issued in one go leaves together', async () => {
  const { write, flushed } = world()
  const writeThrice = () => {
    write()
    write()
    queueMicrotask(write)
  }
  await turn(() => queueMicrotask(writeThrice))
  expect(flushed).toEqual([3])
})

test('of a turn in which many callbacks issue a command each, all leave together, from the next one on', async () => {
  const { write, flushed } = world()
  await turn(write, write, write)
  expect(flushed).toEqual([1, 1, 1])
  await turn()
  await turn(write, write, write)
  await turn()
  expect(flushed).toEqual([1, 1, 1, 3])
})

test.each([2, 3, 5, 17, 18])(
  'turns of %i are noticed, wherever the looks fall, and after those lone commands are not delayed',
  async (size) => {
    for (let lone = 0; lone < 20; lone++) {
      const { write, flushed } = world()
      for (let i = 0; i < lone; i++) await turn(write)
      for (let i = 0; i < 40; i++) await turn(...Array.from({ length: size }, () => write))
      await turn()
      expect(flushed.at(-1)).toBe(size)
      await turn(write)
      await turn()
      const before = flushed.length
      await turn(write, () => expect(flushed).toHaveLength(before + 1))
    }
  },
)
