import { expect, test } from 'vitest'
import { formatReply } from './format-reply.js'

test('replies look as redis-cli shows them', () => {
  expect(formatReply('OK')).toEqual(['"OK"'])
  expect(formatReply(null)).toEqual(['(nil)'])
  expect(formatReply(7)).toEqual(['(integer) 7'])
  expect(formatReply([])).toEqual(['(empty array)'])
  expect(formatReply(['a', ['b', 2]])).toEqual(['1) "a"', '2) 1) "b"', '   2) (integer) 2'])
  expect(formatReply('# Server\r\nredis_version:7.0.15\r\n')).toEqual([
    '# Server',
    'redis_version:7.0.15',
  ])
})
