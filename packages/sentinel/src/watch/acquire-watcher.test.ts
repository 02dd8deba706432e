import { beforeEach, expect, test } from 'vitest'
import { ManualRuntime } from '../../test/support/manual-runtime.js'
import { ScriptedNetwork } from '../../test/support/scripted-network.js'
import { acquireWatcher } from './acquire-watcher.js'
import type { SentinelWatcherOptions } from './watcher-options.js'

let network: ScriptedNetwork
let options: SentinelWatcherOptions

beforeEach(() => {
  network = new ScriptedNetwork()
  options = { sentinels: 's1,s2', runtime: new ManualRuntime(), dial: network.dial }
  for (const host of ['s1', 's2']) {
    network.add(host).masters = { a: { address: { host: 'h', port: 1 }, epoch: 0 } }
  }
})

test('equal options share one watcher, and the last release closes it', async () => {
  const first = acquireWatcher(options)
  const second = acquireWatcher({ ...options, sentinels: ['s2', 's1'] })
  expect(second.watcher).toBe(first.watcher)
  await first.watcher.start()
  await first.release()
  await first.release()
  expect(await second.watcher.start()).toBe(second.watcher.topology)
  await second.release()
  await expect(second.watcher.start()).rejects.toMatchObject({ code: 'DISREDIS_CLOSED' })
})

test.each([
  ['masters', { masters: ['a'] }],
  ['password', { password: 'secret' }],
  ['natMap', { natMap: () => null }],
  ['seeds', { sentinels: 's1' }],
])('other %s get a watcher of their own', async (_, other) => {
  const first = acquireWatcher(options)
  const second = acquireWatcher({ ...options, ...other })
  expect(second.watcher).not.toBe(first.watcher)
  await Promise.all([first.release(), second.release()])
})

test('a released watcher is not handed out again', async () => {
  const first = acquireWatcher(options)
  const releasing = first.release()
  const second = acquireWatcher(options)
  expect(second.watcher).not.toBe(first.watcher)
  await Promise.all([releasing, second.release()])
})
