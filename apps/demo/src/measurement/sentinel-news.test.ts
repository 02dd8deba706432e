import { expect, test } from 'vitest'
import { parseNews } from './sentinel-news.js'

test.each([
  ['+odown', 'master shard-1 127.0.0.1 6379 #quorum 2/2', 'master', 'shard-1', 6379],
  ['+switch-master', 'shard-1 127.0.0.1 6379 127.0.0.1 6380', 'master', 'shard-1', 6380],
  [
    '+selected-slave',
    'slave 127.0.0.1:6380 127.0.0.1 6380 @ shard-1 127.0.0.1 6379',
    'slave',
    'shard-1',
    6380,
  ],
  [
    '+sdown',
    'sentinel ab12 127.0.0.1 26379 @ shard-2 127.0.0.1 6379',
    'sentinel',
    'shard-2',
    26379,
  ],
])('%s %s', (event, message, about, shard, port) => {
  expect(parseNews(event, message)).toEqual({ about, shard, address: { host: '127.0.0.1', port } })
})

test.each(['', '7', 'master shard-1', 'slave x 127.0.0.1 1', 'master a 127.0.0.1 port'])(
  'nothing is made of "%s"',
  (message) => {
    expect(parseNews('+sdown', message)).toBeUndefined()
  },
)
