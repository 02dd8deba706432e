// @ts-expect-error: the package hides its types from ES modules
import Redlock, { ExecutionError } from 'redlock'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('locks, extends and releases; a held lock is not given twice', async () => {
  const redis = await masters.client()
  const redlock = new Redlock([redis], { retryCount: 0 })
  for (let i = 0; i < 12; i++) {
    const lock = await redlock.acquire([`resource-${i}`], 30_000)
    await expect(redlock.acquire([`resource-${i}`], 30_000)).rejects.toBeInstanceOf(ExecutionError)
    const extended = await lock.extend(60_000)
    await extended.release()
    await (await redlock.acquire([`resource-${i}`], 30_000)).release()
  }
})

test('locks several resources together if they share a hash tag', async () => {
  const redis = await masters.client()
  const redlock = new Redlock([redis], { retryCount: 0 })
  const lock = await redlock.acquire(['{order:1}:stock', '{order:1}:payment'], 30_000)
  await expect(redlock.acquire(['{order:1}:payment'], 30_000)).rejects.toBeInstanceOf(
    ExecutionError,
  )
  await lock.release()
  const apart = Array.from({ length: 12 }, (_, i) => `resource-${i}`)
  await expect(redlock.acquire(apart, 30_000)).rejects.toBeInstanceOf(ExecutionError)
})

test('runs work under a lock that is extended meanwhile', async () => {
  const redis = await masters.client()
  const redlock = new Redlock([redis], { automaticExtensionThreshold: 9500 })
  let last = Number.POSITIVE_INFINITY
  const isExtended = async () => {
    const before = last
    last = await redis.pttl('used')
    return last > before
  }
  const isAborted = await redlock.using(['used'], 10_000, async (signal: { aborted: boolean }) => {
    await expect.poll(isExtended, { timeout: 60_000 }).toBe(true)
    return signal.aborted
  })
  expect(isAborted).toBe(false)
  expect(await redis.exists('used')).toBe(0)
})
