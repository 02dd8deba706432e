import { describe, expect, test } from 'vitest'
import { checkSessionId, sha256 } from './session-id.js'

const GOOD = 'V1StGXR8_Z5jdHi6B-myT0123456789ab'

test.each([
  ['of express-session and @fastify/session', GOOD],
  ['of 22 characters, 132 bits', 'a'.repeat(22)],
  ['a UUID', '0b4e3c56-7f55-4c6f-8d5a-0d4a1f3f9d2e'],
  ['256 bits in base64url', 'a'.repeat(43)],
])('an id %s is accepted', (_, id) => {
  expect(checkSessionId(id)).toBeUndefined()
})

describe('refused', () => {
  test.each([
    ['short', 'a'.repeat(21)],
    ['overlong', 'a'.repeat(129)],
    ['empty', ''],
    ['with a brace', `{${GOOD}}`],
    ['with a closing brace', `${GOOD}}`],
    ['with a colon', `user:${GOOD}`],
    ['with a glob character', `${GOOD}*`],
    ['with a line break', `${GOOD}\r\nDEL x`],
    ['with a final line break', `${GOOD}\n`],
    ['binary', `${GOOD}\u0000`],
    ['not ASCII', `${GOOD}é`],
    ['like a hash', sha256(GOOD)],
    ['like a hash in capitals', sha256(GOOD).toUpperCase()],
    ['a number', 12],
    ['an object', { toString: () => GOOD }],
    ['nothing', undefined],
  ])('an id %s', (_, id) => {
    expect(checkSessionId(id)).toMatch(/^it /)
  })
})
