import { describe, expect, test } from 'vitest'
import { parseUrl } from './parse-url.js'

describe('a URL', () => {
  test.each([
    ['redis-sentinel://h1', { sentinels: 'h1' }],
    ['redis-sentinel://h1:26379,h2', { sentinels: 'h1:26379,h2' }],
    ['redis-sentinel://[::1]:5,[::2]', { sentinels: '[::1]:5,[::2]' }],
    [
      'redis-sentinel://app:p%40ss%2C@h1,h2/3?masters=a,b&sentinelPassword=s%20t',
      {
        sentinels: 'h1,h2',
        username: 'app',
        password: 'p@ss,',
        db: 3,
        masters: ['a', 'b'],
        sentinelPassword: 's t',
      },
    ],
    ['redis-sentinel://:secret@h1/', { sentinels: 'h1', password: 'secret' }],
    ['rediss-sentinel://h1', { sentinels: 'h1', tls: true, sentinelTLS: true }],
  ])('%s is read', (url, expected) => {
    expect(parseUrl(url)).toEqual(expected)
  })

  test.each([
    ['redis://:secret@h1:6379', 'redis:// names a single server'],
    ['http://:secret@h1', 'must be redis-sentinel://'],
    ['redis-sentinel://a:b:secret@h1@h2', 'percent-encoded'],
    ['redis-sentinel://:secret@h1/zero', 'database number, not "zero"'],
    ['redis-sentinel://:secret@h1?mastrs=a', 'unknown parameter "mastrs"; known: masters'],
    ['redis-sentinel://:secret%@h1', 'password of the URL is not percent-encoded'],
  ])('%s is refused, and its password is not repeated', (url, message) => {
    expect(() => parseUrl(url)).toThrow(message)
    expect(() => parseUrl(url)).not.toThrow(/secret/)
  })
})
