import { expect, test } from 'vitest'
import { gatherInOrder, keysByNode } from './keys-by-node.js'

const parity = (key: string) => (Number(key) % 2 === 0 ? 'even' : 'odd')

test('each node gets its keys once, with their positions', () => {
  expect(keysByNode(['1', '2', '4', '3'], parity)).toEqual([
    { node: 'odd', positions: [0, 3] },
    { node: 'even', positions: [1, 2] },
  ])
})

test('replies come back in the order of the keys', async () => {
  const keys = ['4', '1', '2', '3', '1']
  const replies = await gatherInOrder(keys, parity, async (node, positions) =>
    positions.map((position) => `${node} ${keys[position]}`),
  )
  expect(replies).toEqual(['even 4', 'odd 1', 'even 2', 'odd 3', 'odd 1'])
})
