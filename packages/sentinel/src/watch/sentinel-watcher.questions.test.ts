import { describe, expect, test } from 'vitest'
import {
  a,
  create,
  runtime,
  sentinels,
  useScriptedSentinels,
  watcher,
} from '../../test/support/scripted-deployment.js'

useScriptedSentinels()

describe('questions', () => {
  test('of one poll go in one write, with details only where something may have changed', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `m${index}`)
    for (const sentinel of sentinels) {
      sentinel.masters = Object.fromEntries(names.map((name) => [name, { address: a, epoch: 1 }]))
    }
    await create().start()
    sentinels[0].heard.length = 0
    await runtime.advance(900)
    expect(sentinels[0].heard.filter((text) => text === 'SENTINEL MASTERS')).toHaveLength(1)
    expect(sentinels[0].heard.filter((text) => /GET-MASTER-ADDR/.test(text))).toHaveLength(30)
    expect(sentinels[0].heard.filter((text) => /REPLICAS/.test(text))).toHaveLength(3)
    await runtime.advance(10_000)
    const asked = new Set(sentinels[0].heard.filter((text) => /REPLICAS/.test(text)))
    expect(asked.size).toBe(30)
  })

  test('by many hints are few', async () => {
    await create().start()
    sentinels[0].heard.length = 0
    for (let i = 0; i < 1000; i++) watcher.requestRefresh()
    await runtime.advance(10)
    for (let i = 0; i < 1000; i++) watcher.requestRefresh()
    await runtime.advance(190)
    expect(sentinels[0].heard.filter((text) => text === 'SENTINEL MASTERS')).toHaveLength(2)
  })

  test('are asked at least once per interval, spread by chance', async () => {
    await create({ pollInterval: 400 }).start()
    for (const chance of [0, 0.999]) {
      runtime.chance = chance
      await runtime.advance(400)
      const delays = runtime.delays
      expect(delays).toHaveLength(3)
      expect(Math.max(...delays)).toBeLessThanOrEqual(400)
    }
  })
})
