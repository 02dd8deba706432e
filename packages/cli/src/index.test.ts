import { expect, test } from 'vitest'
import * as cli from './index.js'

test('the package exports these values', () => {
  expect(Object.keys(cli).sort()).toMatchInlineSnapshot(`
    [
      "collectSnapshot",
      "diagnose",
      "exitCode",
      "runCli",
    ]
  `)
})
