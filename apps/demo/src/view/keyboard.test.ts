import { expect, test } from 'vitest'
import { parseKeys } from './keyboard.js'

test.each([
  ['c', [{ do: 'crash' }]],
  ['F', [{ do: 'freeze' }]],
  ['3p', [{ do: 'pick', index: 2 }, { do: 'planned' }]],
  ['\u001b[B\u001b[A', [{ do: 'next' }, { do: 'previous' }]],
  ['\t', [{ do: 'next' }]],
  ['rq', [{ do: 'restore' }, { do: 'quit' }]],
  ['ot', [{ do: 'open' }, { do: 'terminal' }]],
  ['\u0003', [{ do: 'interrupt' }]],
  ['x0 \u001b\u001b[Z', []],
])('reads %j', (input, keys) => {
  expect(parseKeys(input)).toEqual(keys)
})
