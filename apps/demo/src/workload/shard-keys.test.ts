import { expect, test } from 'vitest'
import { ShardKeys } from './shard-keys.js'

test('gives new keys of the prefix that live on the shard', () => {
  const shardOf = (key: string) => (Number(key.split(':')[1]) % 3 === 0 ? 'b' : 'a')
  const keys = new ShardKeys('demo', shardOf)
  const given = [keys.next('b'), keys.next('a'), keys.next('b'), keys.next('b')]
  expect(given).toEqual(['demo:3', 'demo:4', 'demo:6', 'demo:9'])
})
