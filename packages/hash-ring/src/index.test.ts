import { expect, test } from 'vitest'
import * as hashRing from './index.js'

test('the package exports these names', () => {
  expect(Object.keys(hashRing).sort()).toMatchInlineSnapshot(`
    [
      "HashRingError",
      "SLOT_COUNT",
      "createRing",
      "hashTag",
      "keySlot",
    ]
  `)
})
