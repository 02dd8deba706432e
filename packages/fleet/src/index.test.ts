import { expect, test } from 'vitest'
import * as fleet from './index.js'

test('the package exports these values', () => {
  expect(Object.keys(fleet).sort()).toMatchInlineSnapshot(`
    [
      "FleetError",
      "createTlsFiles",
      "ensureRedisServer",
      "findRedisServer",
      "installRedisServer",
      "startFleet",
    ]
  `)
})
