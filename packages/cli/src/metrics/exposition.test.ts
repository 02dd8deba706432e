import { expect, test } from 'vitest'
import { exposition } from './exposition.js'

test('labels are escaped as the format wants it', () => {
  const samples = [
    { labels: { a: 'x"y\\z\n' }, value: 1.5 },
    { labels: {}, value: 2 },
  ]
  expect(exposition([{ name: 'n', help: 'What\nit is', type: 'gauge', samples }])).toBe(
    '# HELP n What\\nit is\n# TYPE n gauge\nn{a="x\\"y\\\\z\\n"} 1.5\nn 2\n',
  )
})
