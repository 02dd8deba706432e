import { expect, test } from 'vitest'
import { table } from './table.js'

test('columns are aligned, and colours take no room', () => {
  expect(
    table([
      ['a', 'bb', 'c'],
      ['\u001b[31maaa\u001b[39m', 'b', 'c'],
    ]),
  ).toEqual(['a    bb  c', '\u001b[31maaa\u001b[39m  b   c'])
})
