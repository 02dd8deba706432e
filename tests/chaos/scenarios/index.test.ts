import { expect, test } from 'vitest'
import { scenarios } from './index.js'

test('every row of the fault matrix has a scenario', () => {
  const rows = new Set(scenarios.map(({ fault }) => fault))
  const missing = Array.from({ length: 50 }, (_, i) => i + 1).filter((row) => !rows.has(row))
  expect(missing).toEqual([])
})

test('every scenario has a name of its own', () => {
  const names = scenarios.map(({ id }) => id)
  expect(new Set(names).size).toBe(names.length)
})

test('times are measured from a fault: every scenario marks one', () => {
  const unmarked = scenarios.filter(
    ({ steps }) => !steps.some(({ title }) => title.includes('[fault]')),
  )
  expect(unmarked.map(({ id }) => id)).toEqual([])
})

test('every row can be run in the short mode', () => {
  const short = new Set(scenarios.filter(({ isLong }) => isLong !== true).map(({ fault }) => fault))
  const missing = Array.from({ length: 50 }, (_, i) => i + 1).filter((row) => !short.has(row))
  expect(missing).toEqual([])
})
