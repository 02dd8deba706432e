import { expect, test } from 'vitest'
import { replicationFormat } from './replication-format.js'

test.each([
  ['Redis', '6.2.14', 9],
  ['Redis', '7.0.15', 10],
  ['Redis', '7.2.4', 11],
  ['Redis', '8.0.2', 12],
  ['Valkey', '8.1.1', 11],
  ['Valkey', '9.1.2', 80],
] as const)('%s %s sends RDB format %d', (flavour, version, format) => {
  expect(replicationFormat({ flavour, version })).toBe(format)
})
