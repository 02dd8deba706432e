import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, marks } from './scan-cursor.js'

test('a cursor is read as it was written, and only 0 begins', () => {
  fc.assert(
    fc.property(
      fc.nat(63),
      fc.bigInt(0n, 2n ** 64n - 1n),
      fc.nat(2 * marks),
      (shard, cursor, mark) => {
        const text = encodeCursor({ shard, cursor, mark }, 64)
        expect(text).not.toBe('0')
        const read = decodeCursor(text, 64)
        expect(read).toMatchObject({ shard, cursor })
        if (cursor !== 0n) expect(read!.mark).toBe(mark % marks)
        else expect(read!.mark).toBe(marks)
      },
    ),
  )
  expect(decodeCursor('0', 3)).toMatchObject({ shard: 0, cursor: 0n })
})

test('the cursors of everyday collections are numbers without loss, for who reads them as such', () => {
  const text = encodeCursor({ shard: 2, cursor: 2n ** 27n, mark: marks - 1 }, 3)
  expect(Number(text)).toBeLessThan(Number.MAX_SAFE_INTEGER)
})

test.each(['', '-1', '1.5', 'x', '0x10'])('%j is no cursor', (text) => {
  expect(decodeCursor(text, 3)).toBeUndefined()
})
