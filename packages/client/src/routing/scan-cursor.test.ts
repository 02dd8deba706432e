import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, isFrom } from './scan-cursor.js'

test('a cursor is read as it was written, and only 0 begins', () => {
  fc.assert(
    fc.property(
      fc.nat(63),
      fc.bigInt(0n, 2n ** 64n - 1n),
      fc.nat(1_000_000),
      (shard, cursor, generation) => {
        const text = encodeCursor({ shard, cursor, generation }, 64)
        expect(text).not.toBe('0')
        const read = decodeCursor(text, 64)
        expect(read).toMatchObject({ shard, cursor })
        if (cursor !== 0n) expect(isFrom(read!, generation)).toBe(true)
        if (cursor !== 0n) expect(isFrom(read!, generation + 1)).toBe(false)
      },
    ),
  )
  expect(decodeCursor('0', 3)).toMatchObject({ shard: 0, cursor: 0n })
})

test.each(['', '-1', '1.5', 'x', '0x10'])('%j is no cursor', (text) => {
  expect(decodeCursor(text, 3)).toBeUndefined()
})
