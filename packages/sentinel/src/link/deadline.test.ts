import { beforeEach, expect, test } from 'vitest'
import { ManualRuntime } from '../../test/support/manual-runtime.js'
import { startDeadline } from './deadline.js'

let runtime: ManualRuntime
let expired: number
const onExpired = () => {
  expired += 1
}

beforeEach(() => {
  runtime = new ManualRuntime()
  expired = 0
})

test('it expires once, when the time is up', async () => {
  startDeadline(runtime, 300, onExpired)
  await runtime.advance(299)
  expect(expired).toBe(0)
  await runtime.advance(1)
  expect(expired).toBe(1)
  await runtime.advance(1000)
  expect(expired).toBe(1)
})

test('it never expires once it was cancelled', async () => {
  const deadline = startDeadline(runtime, 300, onExpired)
  await runtime.advance(200)
  deadline.cancel()
  await runtime.advance(1000)
  expect(expired).toBe(0)
  expect(runtime.delays).toEqual([])
})

test('a stall of the event loop, however long, takes a quarter of the time at most', async () => {
  startDeadline(runtime, 300, onExpired)
  await runtime.stall(60_000)
  expect(expired).toBe(0)
  await runtime.advance(224)
  expect(expired).toBe(0)
  await runtime.advance(1)
  expect(expired).toBe(1)
})

test('what has arrived on the sockets by then is read first', async () => {
  const deadline = startDeadline(runtime, 300, onExpired)
  await runtime.advance(225)
  // The last timer fires at once, and what was read after it cancels the deadline.
  const stalled = runtime.stall(75)
  deadline.cancel()
  await stalled
  expect(expired).toBe(0)
})
