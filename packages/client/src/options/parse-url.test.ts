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
    [
      'redis-sentinel://h1?sentinelPassword=a+b%2Bc',
      { sentinels: 'h1', sentinelPassword: 'a+b+c' },
    ],
    [
      'redis-sentinel://u:p@h1?sentinelPassword=a@b',
      { sentinels: 'h1', username: 'u', password: 'p', sentinelPassword: 'a@b' },
    ],
    ['redis+sentinel://h1:1,h2', { sentinels: 'h1:1,h2' }],
    [
      'redis+sentinel://u:p@h1:1,h2/mymaster/2',
      { sentinels: 'h1:1,h2', username: 'u', password: 'p', masters: ['mymaster'], db: 2 },
    ],
    ['redis+sentinel://h1/mymaster', { sentinels: 'h1', masters: ['mymaster'] }],
    ['rediss+sentinel://h1/3', { sentinels: 'h1', db: 3, tls: true, sentinelTLS: true }],
    [
      'redis-sentinel://secret@h1:26379,h2/1#mymaster',
      { sentinels: 'h1:26379,h2', password: 'secret', db: 1, masters: ['mymaster'] },
    ],
    ['redis-sentinel://h1?sentinelMasterId=mymaster', { sentinels: 'h1', masters: ['mymaster'] }],
    ['redis-sentinel://h1?name=mymaster&db=1', { sentinels: 'h1', masters: ['mymaster'], db: 1 }],
    ['redis-sentinel://h1?master=a#a', { sentinels: 'h1', masters: ['a'] }],
    ['rediss-sentinel://h1', { sentinels: 'h1', tls: true, sentinelTLS: true }],
  ])('%s is read', (url, expected) => {
    expect(parseUrl(url)).toEqual(expected)
  })

  test.each([
    ['redis://:secret@h1:6379', 'redis:// names a single server'],
    ['http://:secret@h1', 'must be redis-sentinel://'],
    ['redis-sentinel://a:b:secret@h1@h2', 'percent-encoded'],
    ['redis-sentinel://:secret@h1/zero', 'database number: digits only'],
    ['redis-sentinel://user:ab/secret@host:26379', 'percent-encoded'],
    ['redis-sentinel://user:ab?secret@host:26379', 'percent-encoded'],
    ['redis-sentinel://user:ab#secret@host:26379', 'percent-encoded'],
    ['redis-sentinel://user:a@b/secret', 'digits only'],
    ['redis-sentinel://user:a@b/c/secret', 'digits only'],
    ['redis-sentinel://user:a@b/c/d/secret', 'percent-encoded'],
    ['redis-sentinel://user:a@b?secret&x@h', 'unknown parameter;'],
    ['redis-sentinel://user:a@b?%secret', 'not percent-encoded correctly'],
    ['redis-sentinel://user:secret', 'The URL has an invalid host'],
    ['redis-sentinel://h1:secret,h2', 'The URL has an invalid host'],
    ['redis-sentinel://h1?commandTimeout=1&commandTimeout=2', '`commandTimeout` twice'],
    ['redis-sentinel://h1?master=a#b', '`masters` twice'],
    ['redis-sentinel://:secret@h1?password=x', 'unknown parameter'],
    ['redis-sentinel://:secret@h1?mastrs=a', 'unknown parameter "mastrs"; known: masters'],
    ['redis-sentinel://:secret%@h1', 'password of the URL is not percent-encoded'],
  ])('%s is refused, and its password is not repeated', (url, message) => {
    expect(() => parseUrl(url)).toThrow(message)
    expect(() => parseUrl(url)).not.toThrow(/secret/)
  })
})
