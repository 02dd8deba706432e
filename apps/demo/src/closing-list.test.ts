import { expect, test } from 'vitest'
import { ClosingList } from './closing-list.js'

test('closes the last first, all of it whatever fails, and tells of the first failure', async () => {
  const closed: string[] = []
  const list = new ClosingList()
  list.add(() => void closed.push('first'))
  list.add(async () => {
    closed.push('second')
    throw new Error('second failed')
  })
  list.add(() => {
    closed.push('third')
    throw new Error('third failed')
  })
  await expect(list[Symbol.asyncDispose]()).rejects.toThrow('third failed')
  expect(closed).toEqual(['third', 'second', 'first'])
  await list[Symbol.asyncDispose]()
  expect(closed).toHaveLength(3)
})
