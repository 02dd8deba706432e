import { expect, test } from 'vitest'
import { DeadlineError, untilAborted, waitUntil } from './time.js'

const { signal } = new AbortController()

test('waits until nothing is missing', async () => {
  const missing = ['a', 'b']
  await waitUntil({ timeout: 10_000, interval: 1, signal }, () => missing.pop())
  expect(missing).toEqual([])
})

test('says at the deadline what is missing', async () => {
  const wait = waitUntil({ timeout: 5, interval: 1, signal }, () => 'a replica')
  await expect(wait).rejects.toThrow(DeadlineError)
  await expect(wait).rejects.toThrow('a replica')
})

test('a signal ends a wait and a promise that is waited for', async () => {
  const abort = new AbortController()
  const wait = waitUntil({ timeout: 60_000, interval: 60_000, signal: abort.signal }, () => 'it')
  const promise = untilAborted(new Promise(() => {}), abort.signal)
  abort.abort(new Error('enough'))
  await expect(wait).rejects.toThrow()
  await expect(promise).rejects.toThrow('enough')
  await expect(untilAborted(Promise.resolve(1), abort.signal)).rejects.toThrow('enough')
  expect(await untilAborted(Promise.resolve(1), signal)).toBe(1)
})
