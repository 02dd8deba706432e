import { expect, test } from 'vitest'
import { checkMove } from './shard-phase.js'

test('a closed shard stays closed', () => {
  expect(() => checkMove('closed', 'ready')).toThrow('A shard cannot go from closed to ready.')
})

test('a shard that is down is gated when Sentinel fails it over', () => {
  expect(() => checkMove('down', 'gated')).not.toThrow()
})
