import { expect, test } from 'vitest'
import { parseSwitchMaster } from './switch-master.js'

test('reads name and both addresses', () => {
  expect(parseSwitchMaster('shard-1 127.0.0.1 6379 ::1 6380')).toEqual({
    shard: 'shard-1',
    from: { host: '127.0.0.1', port: 6379 },
    to: { host: '::1', port: 6380 },
  })
})

test.each(['', 'shard-1 127.0.0.1 6379', 'shard-1 h port h 6380', 'a b 1 c 2 d'])(
  'takes %j for nothing',
  (message) => {
    expect(parseSwitchMaster(message)).toBeUndefined()
  },
)
