import { expect, test } from 'vitest'
import { moveTo } from './shard-phase.js'

test('a closed shard stays closed', () => {
  expect(() => moveTo('closed', 'ready')).toThrow('A shard cannot go from closed to ready.')
})

test('a shard that is down is gated when Sentinel fails it over', () => {
  expect(moveTo('down', 'gated')).toBe('gated')
})
