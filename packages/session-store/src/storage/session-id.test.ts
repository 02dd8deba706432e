import { describe, expect, test } from 'vitest'
import { checkSessionId, sha256 } from './session-id.js'

const GOOD = 'V1StGXR8_Z5jdHi6B-myT0123456789ab'

test.each([
  ['of express-session and @fastify/session', GOOD],
  ['of nanoid: 21 characters, 126 bits', 'V1StGXR8_Z5jdHi6B-myT'],
  ['a UUID', '0b4e3c56-7f55-4c6f-8d5a-0d4a1f3f9d2e'],
  ['256 bits in base64url', 'a'.repeat(43)],
  ['32 bytes in hex', sha256(GOOD)],
  ['in base64', 'uW0R8vL3dG+Zb/3yq0m1aA2p5w8x7c6v5b4n3m2l1k0='],
  ['of a user and a UUID', 'user:0b4e3c56-7f55-4c6f-8d5a-0d4a1f3f9d2e'],
  ['with braces, a glob and a line break', `{${GOOD}}*\r\nDEL x`],
  ['not ASCII', `${GOOD}é\u{1f511}`],
  ['long', 'a'.repeat(1_024)],
])('an id %s is accepted', (_, id) => {
  expect(checkSessionId(id)).toBeUndefined()
})

describe('refused', () => {
  test.each([
    ['short', 'a'.repeat(20)],
    ['overlong', 'a'.repeat(1_025)],
    ['empty', ''],
    ['of half a surrogate pair, which hashes as any other', `${GOOD}\ud800`],
    ['a number', 12],
    ['an object', { toString: () => GOOD }],
    ['nothing', undefined],
  ])('an id %s', (_, id) => {
    expect(checkSessionId(id)).toMatch(/^it /)
  })
})
