import { expect, test } from 'vitest'
import { SessionInvalidError } from '../errors.js'
import { readStamps, writeStamps } from './former-owners.js'

const [ada, bob] = ['a'.repeat(64), 'b'.repeat(64)]

test('each user but the present one is kept once, with the lowest stamp', () => {
  const stamps = [
    { user: ada, epoch: 9 },
    { user: bob, epoch: 5 },
    { user: ada, epoch: 7 },
    { user: '', epoch: 0 },
  ]
  expect(writeStamps(stamps, bob)).toBe(`${ada}:7`)
  expect(readStamps(writeStamps(stamps, ''))).toEqual([
    { user: ada, epoch: 7 },
    { user: bob, epoch: 5 },
  ])
  expect(readStamps('')).toEqual([])
})

test('a session of very many users is refused: each would be looked up at every load', () => {
  const stamps = Array.from({ length: 17 }, (_, i) => ({ user: `${i}`, epoch: 1 }))
  expect(() => writeStamps(stamps, '')).toThrow(SessionInvalidError)
})
