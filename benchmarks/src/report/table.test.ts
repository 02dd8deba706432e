import { expect, test } from 'vitest'
import { renderMarkdown, renderText } from './table.js'

const table = {
  headings: ['client', 'ops/s'],
  rows: [
    ['ioredis', '9'],
    ['a | b', '12,345'],
  ],
}

test('text columns line up, figures to the right', () => {
  expect(renderText(table)).toBe(
    ['client    ops/s', 'ioredis       9', 'a | b    12,345'].join('\n'),
  )
})

test('Markdown escapes bars and aligns figures to the right', () => {
  expect(renderMarkdown(table)).toBe(
    ['| client | ops/s |', '| --- | ---: |', '| ioredis | 9 |', '| a \\| b | 12,345 |'].join('\n'),
  )
})
